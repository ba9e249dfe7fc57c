using System.Net;
using Tessera.Testing;
using Tessera.Testing.Services;

namespace Tessera.Gateway.Tests;

/// <summary>A gateway whose routes are the test's to change.</summary>
public sealed class RoutedGatewayProcess : GatewayProcess
{
    private readonly TemporaryFolder _folder = new("routes");

    public RoutedGatewayProcess() => Write(Route("/first"));

    public string File => Path.Combine(_folder.Path, "routes.json");

    protected override (string Key, string Value)[] Settings =>
    [
        ("Gateway:RoutesFile", File), ("Gateway:RoutesReadInterval", "00:00:00.100"),
        ("Gateway:AnonymousPerSecond", "1000000"), // The test asks as fast as it can.
        ("Gateway:UpstreamTimeout", "00:05:00"), // Only a route's own bound can end a request here.
    ];

    public static string Route(string path, string more = "") =>
        $$"""{ "path": "{{path}}", "service": "orders", "policy": "anonymous"{{more}} }""";

    public void Write(params string[] routes) =>
        System.IO.File.WriteAllText(File, $$"""{ "routes": [{{string.Join(',', routes)}}] }""");
}

public sealed class RouteFileTests(RoutedGatewayProcess gateway) : IClassFixture<RoutedGatewayProcess>
{
    [Fact]
    public async Task Takes_a_new_file_without_dropping_a_request()
    {
        gateway.Write(RoutedGatewayProcess.Route("/first"));
        await BecomesAsync("/first", HttpStatusCode.OK);
        using var stop = new CancellationTokenSource();
        var answers = Task.Run(async () =>
        {
            var seen = new List<HttpStatusCode>();
            while (!stop.IsCancellationRequested)
            {
                using var answer = await gateway.SendAsync("GET", "/first");
                seen.Add(answer.StatusCode);
            }
            return seen;
        }, TestContext.Current.CancellationToken);
        foreach (var path in new[] { "/second", "/third", "/fourth" })
        {
            gateway.Write(RoutedGatewayProcess.Route("/first"), RoutedGatewayProcess.Route(path));
            await BecomesAsync(path, HttpStatusCode.OK);
        }
        await stop.CancelAsync();
        Assert.All(await answers, status => Assert.Equal(HttpStatusCode.OK, status));
        await BecomesAsync("/second", HttpStatusCode.NotFound);
    }

    [Theory]
    [InlineData("{", "JSON")]
    [InlineData("", "JSON")]
    [InlineData("""{ "routes": [] }""", "lists no routes")]
    [InlineData("""{ "routes": [ { "path": "/lost", "service": "orders" } ] }""", "/lost: it has no policy")]
    public async Task Keeps_the_old_routes_when_the_new_file_is_bad_and_says_why(string bad, string why)
    {
        var path = $"/kept-{bad.Length}";
        gateway.Write(RoutedGatewayProcess.Route(path));
        await BecomesAsync(path, HttpStatusCode.OK);
        var before = Refusals();
        await File.WriteAllTextAsync(gateway.File, bad, TestContext.Current.CancellationToken);
        // The file may have been read half written as well, which is another refusal.
        await Eventually.HoldsAsync($"'{why}' is in the log", () => gateway.Log.Split('\n').Where(IsRefusal)
            .Skip(before).Any(line => line.Contains(why, StringComparison.Ordinal)));
        await BecomesAsync(path, HttpStatusCode.OK);
        gateway.Write(RoutedGatewayProcess.Route(path + "-again"));
        await BecomesAsync(path + "-again", HttpStatusCode.OK);
    }

    [Fact]
    public async Task Keeps_the_old_routes_when_the_file_is_gone()
    {
        gateway.Write(RoutedGatewayProcess.Route("/gone"));
        await BecomesAsync("/gone", HttpStatusCode.OK);
        var before = Refusals();
        File.Delete(gateway.File);
        await Eventually.HoldsAsync("the loss is in the log", () => Refusals() > before);
        await BecomesAsync("/gone", HttpStatusCode.OK);
        gateway.Write(RoutedGatewayProcess.Route("/back"));
        await BecomesAsync("/back", HttpStatusCode.OK);
    }

    [Fact]
    public async Task Merges_the_file_of_a_service_and_lets_it_go_again()
    {
        gateway.Write(RoutedGatewayProcess.Route("/common"));
        await BecomesAsync("/common", HttpStatusCode.OK);
        var own = Path.ChangeExtension(gateway.File, ".orders.json");
        await File.WriteAllTextAsync(own, $$"""{ "routes": [{{RoutedGatewayProcess.Route("/own")}}] }""",
            TestContext.Current.CancellationToken);
        await BecomesAsync("/own", HttpStatusCode.OK);
        await BecomesAsync("/common", HttpStatusCode.OK);
        File.Delete(own);
        await BecomesAsync("/own", HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task Limits_a_route_by_the_rate_that_its_file_says()
    {
        gateway.Write(RoutedGatewayProcess.Route("/rated", ", \"rate\": 1"), RoutedGatewayProcess.Route("/free"));
        await BecomesAsync("/free", HttpStatusCode.OK);
        using var first = await gateway.SendAsync("GET", "/rated");
        Assert.Equal("\"route\";q=2;w=2", first.Headers.GetValues("RateLimit-Policy").Single());
        var answers = await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => gateway.SendAsync("GET", "/rated")));
        Assert.Contains(answers, answer => answer.StatusCode == HttpStatusCode.TooManyRequests);
        using var free = await gateway.SendAsync("GET", "/free");
        Assert.Equal(HttpStatusCode.OK, free.StatusCode);
    }

    [Fact]
    public async Task Announces_with_every_answer_that_a_route_is_to_go()
    {
        gateway.Write(RoutedGatewayProcess.Route("/old", """
            , "version": { "deprecated": "2026-11-27", "sunset": "2027-05-01", "link": "/docs" }
            """));
        await BecomesAsync("/old", HttpStatusCode.OK);
        using var answer = await gateway.SendAsync("GET", "/old");
        Assert.Equal(["@1795737600"], answer.Headers.GetValues("Deprecation"));
        Assert.Equal(["Sat, 01 May 2027 00:00:00 GMT"], answer.Headers.GetValues("Sunset"));
        Assert.Equal(["</docs>; rel=\"deprecation\""], answer.Headers.GetValues("Link"));
    }

    [Fact]
    public async Task Ends_a_request_that_takes_longer_than_its_route_allows()
    {
        gateway.Write(RoutedGatewayProcess.Route("/orders/slow", ", \"timeout\": \"00:00:01\""));
        await BecomesAsync("/orders/slow", HttpStatusCode.GatewayTimeout);
        using var answer = await gateway.SendAsync("GET", "/orders/slow");
        Assert.Equal(HttpStatusCode.GatewayTimeout, answer.StatusCode);
        await Problem.ReadAsync(answer);
    }

    /// <summary>YARP by itself does not see a change of nothing but this.</summary>
    [Fact]
    public async Task Takes_a_bound_of_bodies_that_is_all_that_a_new_file_changes()
    {
        var body = new string('x', 2_000);
        gateway.Write(RoutedGatewayProcess.Route("/bounded"));
        await AnswersBodyAsync(HttpStatusCode.OK);
        gateway.Write(RoutedGatewayProcess.Route("/bounded", ", \"bodySizeBytesMax\": 1024"));
        await AnswersBodyAsync(HttpStatusCode.RequestEntityTooLarge);
        gateway.Write(RoutedGatewayProcess.Route("/bounded", ", \"bodySizeBytesMax\": 4096"));
        await AnswersBodyAsync(HttpStatusCode.OK);

        Task AnswersBodyAsync(HttpStatusCode status) => Eventually.HoldsAsync($"it answers {status}", async () =>
        {
            using var content = new StringContent(body);
            using var answer = await gateway.Client.PostAsync("/bounded", content);
            return answer.StatusCode == status;
        });
    }

    [Theory]
    [InlineData("""{ "routes": [ { "path": "/b", "service": "orders" } ] }""", "/b: it has no policy")]
    [InlineData("{", "routes.json")]
    public async Task Does_not_start_with_a_bad_file_and_names_what_is_wrong(string bad, string why)
    {
        using var folder = new TemporaryFolder("bad-routes");
        var file = Path.Combine(folder.Path, "routes.json");
        await File.WriteAllTextAsync(file, bad, TestContext.Current.CancellationToken);
        var refused = await Assert.ThrowsAsync<InvalidOperationException>(
            () => ServiceProcess.StartAsync("Gateway", folder.Path, ("Gateway:RoutesFile", file)));
        Assert.Contains(why, refused.Message, StringComparison.Ordinal);
    }

    private static bool IsRefusal(string line) =>
        line.Contains("The routes stay as they were", StringComparison.Ordinal);

    private int Refusals() => gateway.Log.Split('\n').Count(IsRefusal);

    private Task BecomesAsync(string path, HttpStatusCode status) =>
        Eventually.HoldsAsync($"{path} answers {status}", async () =>
        {
            using var response = await gateway.SendAsync("GET", path);
            return response.StatusCode == status;
        });
}
