using System.Text;
using System.Text.Json;

namespace Tessera.Gateway.Tests;

public sealed class RouteRulesTests
{
    private const string Good = """{ "path": "/a", "service": "orders", "policy": "anonymous" }""";

    [Theory]
    [InlineData("", "JSON")]
    [InlineData("{", "JSON")]
    [InlineData("null", "lists no routes")]
    [InlineData("""{ "routes": [] }""", "lists no routes")]
    [InlineData("""{ "routes": [null] }""", "null")]
    [InlineData("""{ "routes": [], "rules": [] }""", "rules")]
    public void Refuses_what_is_no_list_of_routes(string file, string named) =>
        Assert.Contains(named, Refusal(file), StringComparison.Ordinal);

    [Theory]
    [InlineData("""{ "path": "/b", "service": "orders" }""", "* /b: it has no policy")]
    [InlineData("""{ "path": "/b", "service": "orders", "policy": "" }""", "* /b: it has no policy")]
    [InlineData("""{ "path": "/b", "service": "orders", "policy": "root" }""", "* /b: the policy 'root' is unknown")]
    [InlineData("""{ "path": "/b", "policy": "anonymous" }""", "* /b: it names no service")]
    [InlineData("""{ "path": "/b", "service": "shipping", "policy": "anonymous" }""", "there is no service 'shipping'")]
    [InlineData("""{ "path": "b", "service": "orders", "policy": "anonymous" }""", "does not begin with '/'")]
    [InlineData("""{ "path": "/{b", "service": "orders", "policy": "anonymous" }""", "no route pattern")]
    [InlineData("""{ "path": "/b", "service": "*", "policy": "anonymous" }""", "'{service}'")]
    [InlineData("""{ "path": "/{service}", "service": "orders", "policy": "anonymous" }""", "'{service}'")]
    [InlineData("""{ "path": "/b", "under": "/c", "service": "orders", "policy": "anonymous" }""", "not under '/c'")]
    [InlineData("""{ "path": "/b", "methods": [], "service": "orders", "policy": "anonymous" }""", "methods")]
    [InlineData("""{ "path": "/b", "methods": ["get"], "service": "orders", "policy": "anonymous" }""", "methods")]
    [InlineData("""{ "path": "/b", "limit": "none", "service": "orders", "policy": "anonymous" }""", "limit 'none'")]
    [InlineData("""{ "path": "/b", "rate": 0, "service": "orders", "policy": "anonymous" }""", "rate must lie")]
    [InlineData("""
        { "path": "/b", "rate": 5, "limit": "sign-in", "service": "orders", "policy": "anonymous" }
        """, "both the limit 'sign-in' and a rate")]
    [InlineData("""{ "path": "/b", "cache": "00:00:00", "service": "orders", "policy": "anonymous" }""", "cache must")]
    [InlineData("""{ "path": "/b", "cache": "00:00:02", "service": "orders", "policy": "operator" }""", "one may see")]
    [InlineData("""{ "path": "/b", "compress": true, "service": "orders", "policy": "operator" }""", "is compressed")]
    [InlineData("""
        { "path": "/b", "methods": ["POST"], "cache": "00:00:02", "service": "orders", "policy": "anonymous" }
        """, "cache is for GET")]
    [InlineData("""
        { "path": "/b", "bodySizeBytesMax": 1023, "service": "orders", "policy": "anonymous" }
        """, "* /b: its bodySizeBytesMax must lie")]
    [InlineData("""
        { "path": "/b", "bodySizeBytesMax": 67108865, "service": "orders", "policy": "anonymous" }
        """, "* /b: its bodySizeBytesMax must lie")]
    [InlineData("""
        { "path": "/b", "retry": "always", "service": "orders", "policy": "anonymous" }
        """, "* /b: its retry 'always' is unknown")]
    [InlineData("""
        { "path": "/b", "methods": ["GET"], "retry": "keyed", "service": "orders", "policy": "anonymous" }
        """, "GET /b: its retry is for POST")]
    [InlineData("""{ "path": "/b", "timeout": "00:00:00", "service": "orders", "policy": "anonymous" }""", "timeout")]
    [InlineData("""{ "path": "/b", "version": {}, "service": "orders", "policy": "anonymous" }""", "'deprecated'")]
    [InlineData("""
        { "path": "/b", "version": { "deprecated": "2026-12-01", "sunset": "2026-11-01" },
          "service": "orders", "policy": "anonymous" }
        """, "sunset lies before")]
    [InlineData("""{ "path": "/A", "service": "users", "policy": "operator" }""", "* /a and * /A clash")]
    public void Names_the_route_that_is_wrong_and_why(string route, string fault) =>
        Assert.Contains(fault, Refusal($$"""{ "routes": [{{Good}}, {{route}}] }"""), StringComparison.Ordinal);

    [Theory]
    [InlineData("""{ "service": "x", "addresses": ["http://127.0.0.1:9"] }""", "'x': there is no such service")]
    [InlineData("""{ "service": "orders" }""", "'orders': it has no addresses")]
    [InlineData("""{ "service": "orders", "addresses": ["9092"] }""", "'9092' is no address")]
    [InlineData("""{ "service": "orders", "addresses": ["http://127.0.0.1:9"], "percent": 101 }""", "percent")]
    [InlineData("""
        { "service": "orders", "addresses": ["http://a"] }, { "service": "orders", "addresses": ["http://b"] }
        """, "'orders' has 2 canaries")]
    [InlineData("null", "canaries is null")]
    public void Names_the_canary_that_is_wrong_and_why(string canary, string fault) => Assert.Contains(
        fault, Refusal($$"""{ "routes": [{{Good}}], "canaries": [{{canary}}] }"""), StringComparison.Ordinal);

    [Fact]
    public void Takes_a_services_own_file_beside_the_common_one_and_nothing_foreign_in_it()
    {
        RouteText Text(string name, string route, string? service) =>
            new(name, Encoding.UTF8.GetBytes($$"""{ "routes": [{{route}}] }"""), service);
        var own = """{ "path": "/own", "service": "orders", "policy": "operator" }""";
        var both = ReadRoutes.From([Text("routes.json", Good, null), Text("routes.orders.json", own, "orders")]);
        Assert.Equal(["* /a", "* /own"], both.Routes.Select(route => route.RouteId));
        var foreign = Assert.Throws<InvalidOperationException>(() => ReadRoutes.From(
            [Text("routes.json", Good, null), Text("routes.users.json", own, "users")]));
        Assert.Contains("routes.users.json: it is the file of 'users' and names 'orders'", foreign.Message,
            StringComparison.Ordinal);
        var twice = Assert.Throws<InvalidOperationException>(() => ReadRoutes.From(
            [Text("routes.json", Good, null), Text("routes.orders.json", Good, "orders")]));
        Assert.Contains("clash", twice.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Names_all_that_is_wrong_at_once()
    {
        var refusal = Refusal("""{ "routes": [ { "path": "b", "service": "x", "policy": "y" } ] }""");
        foreach (var fault in new[] { "'/'", "'x'", "'y'" })
            Assert.Contains(fault, refusal, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("GET", "GET", true)]
    [InlineData("GET", "POST", false)]
    [InlineData("GET", null, false)]
    [InlineData(null, null, true)]
    public void Two_of_one_path_clash_when_a_request_could_take_either(string? one, string? other, bool clash)
    {
        string Route(string parameter, string? method) => JsonSerializer.Serialize(new Dictionary<string, object>
        {
            ["path"] = $"/a/{{{parameter}}}",
            ["service"] = "orders",
            ["policy"] = "operator",
        }.Concat(method is null ? [] : [new("methods", new[] { method })]).ToDictionary());
        var file = $$"""{ "routes": [{{Route("id", one)}}, {{Route("other", other)}}] }""";
        if (clash) Assert.Contains("clash", Refusal(file), StringComparison.Ordinal);
        else Assert.Equal(2, ReadRoutes.From(Encoding.UTF8.GetBytes(file), "routes.json").Routes.Count);
    }

    [Fact]
    public void Takes_the_file_that_is_there_and_gives_HEAD_wherever_there_is_GET()
    {
        var routes = ReadRoutes.From(File.ReadAllBytes(FileOf("routes.json")), "routes.json").Routes;
        Assert.All(routes, route => Assert.Equal(
            route.Match.Methods?.Contains("GET"), route.Match.Methods?.Contains("HEAD")));
    }

    [Fact]
    public void Keeps_nothing_for_longer_than_may_pass_until_a_change_through_another_gateway_is_seen()
    {
        var kept = ReadRoutes.From(File.ReadAllBytes(FileOf("routes.json")), "routes.json").Routes
            .Where(route => route.Metadata?.ContainsKey(RouteEntry.CacheMark) == true).ToArray();
        Assert.NotEmpty(kept);
        Assert.All(kept, route => Assert.Equal("00:00:02", route.Metadata![RouteEntry.CacheMark]));
    }

    [Fact]
    public void Is_described_by_the_schema_beside_it()
    {
        using var schema = JsonDocument.Parse(File.ReadAllText(FileOf("routes.schema.json")));
        var described = schema.RootElement.GetProperty("$defs").GetProperty("route").GetProperty("properties")
            .EnumerateObject().Select(member => member.Name).Order();
        var taken = typeof(RouteEntry).GetConstructors()[0].GetParameters()
            .Select(member => JsonNamingPolicy.CamelCase.ConvertName(member.Name!)).Order();
        Assert.Equal(described, taken);
    }

    private static string Refusal(string file) => Assert.Throws<InvalidOperationException>(
        () => ReadRoutes.From(Encoding.UTF8.GetBytes(file), "routes.json")).Message;

    internal static string FileOf(string name)
    {
        for (var at = new DirectoryInfo(AppContext.BaseDirectory); at is not null; at = at.Parent)
        {
            var file = Path.Combine(at.FullName, "src", "Services", "Gateway", name);
            if (File.Exists(file)) return file;
        }
        throw new InvalidOperationException($"{name} was not found.");
    }
}
