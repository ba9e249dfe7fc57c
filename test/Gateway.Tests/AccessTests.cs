using System.Net;
using System.Reflection;
using System.Text;
using Microsoft.AspNetCore.Routing.Template;
using Microsoft.IdentityModel.Tokens;
using Tessera.Testing.Services;

namespace Tessera.Gateway.Tests;

public sealed class AccessTests(GatewayProcess gateway) : IClassFixture<GatewayProcess>
{
    private const int Open = 200;

    /// <summary>The whole table: what an anonymous client, a customer and an operator get
    /// on each kind of route.</summary>
    [Theory]
    [InlineData("GET", "/api/v1/products", Open, Open, Open)]
    [InlineData("GET", "/api/v1/products/A1", Open, Open, Open)]
    [InlineData("PUT", "/api/v1/products/A1", 401, 403, Open)]
    [InlineData("POST", "/api/v1/products/import", 401, 403, Open)]
    [InlineData("DELETE", "/api/v1/products/A1", 401, 403, Open)]
    [InlineData("GET", "/api/v1/products/A1/pictures/1/320", Open, Open, Open)]
    [InlineData("PUT", "/api/v1/products/A1/pictures/1", 401, 403, Open)]
    [InlineData("GET", "/api/v1/baskets/mine", 401, 502, 403)]
    [InlineData("GET", "/api/v1/baskets/1", 502, 502, 502)]
    [InlineData("GET", "/api/v1/stock/A1", 401, Open, Open)]
    [InlineData("POST", "/api/v1/stock/A1/receipts", 401, 403, Open)]
    [InlineData("GET", "/api/v1/orders", 401, Open, Open)]
    [InlineData("POST", "/api/v1/orders", 401, Open, Open)]
    [InlineData("GET", "/api/v1/orders/1", 401, Open, Open)]
    [InlineData("GET", "/api/v1/orders/delivery-options", Open, Open, Open)]
    [InlineData("GET", "/api/v1/payments/ledger", 401, 502, 502)]
    [InlineData("POST", "/api/v1/payments/callbacks/simulated", 502, 502, 502)]
    [InlineData("GET", "/api/v1/services/orders/messaging/status", 401, 403, Open)]
    [InlineData("POST", "/api/v1/services/orders/messaging/parked/discard", 401, 403, Open)]
    [InlineData("GET", "/api/v1/services/orders/openapi/v1.json", Open, Open, Open)]
    [InlineData("GET", "/api/v1/webhooks", 401, 403, 502)]
    [InlineData("POST", "/api/v1/webhooks/1/redeliveries", 401, 403, 502)]
    [InlineData("GET", "/api/v1/notifications/unsubscribe", 503, 503, 503)]
    [InlineData("POST", "/api/v1/notifications/unsubscribe", 503, 503, 503)]
    [InlineData("GET", "/api/v1/notifications/preferences", 401, 503, 503)]
    [InlineData("PUT", "/api/v1/notifications/preferences", 401, 503, 503)]
    [InlineData("DELETE", "/api/v1/notifications/preferences", 405, 405, 405)]
    [InlineData("GET", "/api/v1/services/notifications/messaging/parked", 401, 403, 503)]
    [InlineData("POST", "/api/v1/services/notifications/messaging/parked/discard", 401, 403, 503)]
    [InlineData("GET", "/api/v1/users/me", 401, 502, 502)]
    [InlineData("POST", "/api/v1/users/customers", 401, 403, 502)]
    [InlineData("POST", "/api/v1/users/1/tokens", 401, 403, 502)]
    [InlineData("POST", "/api/v1/users", 502, 502, 502)]
    [InlineData("POST", "/connect/token", 502, 502, 502)]
    [InlineData("GET", "/connect/authorize", 502, 502, 502)]
    [InlineData("GET", "/.well-known/jwks", 502, 502, 502)]
    [InlineData("GET", "/account/sign-in", 502, 502, 502)]
    [InlineData("POST", "/account/sign-in", 502, 502, 502)]
    [InlineData("GET", "/ops", 502, 502, 502)] // Who may, the console asks.
    [InlineData("GET", "/", Open, Open, Open)]
    [InlineData("GET", "/docs", Open, Open, Open)]
    [InlineData("GET", "/status", Open, Open, Open)]
    [InlineData("PUT", "/", 405, 405, 405)]
    [InlineData("GET", "/api/v1/availability", Open, Open, Open)]
    [InlineData("POST", "/api/v1/availability", 405, 405, 405)]
    [InlineData("GET", "/api/v1/connect/token", 404, 404, 404)]
    [InlineData("POST", "/api/v1/nowhere", 404, 404, 404)]
    [InlineData("PUT", "/api", 404, 404, 404)]
    [InlineData("GET", "/openapi/v1.json", 200, 200, 200)]
    [InlineData("GET", "/health/live", Open, Open, Open)]
    [InlineData("GET", "/api/v1/orders/../messaging/status", 404, 404, 404)]
    public async Task Opens_each_route_to_those_it_is_for(
        string method, string path, int anonymous, int customer, int @operator)
    {
        using var asAnonymous = await gateway.SendAsync(method, path);
        using var asCustomer = await gateway.SendAsync(method, path, gateway.Customer);
        using var asOperator = await gateway.SendAsync(method, path, gateway.Operator);
        Assert.Equal((anonymous, customer, @operator),
            ((int)asAnonymous.StatusCode, (int)asCustomer.StatusCode, (int)asOperator.StatusCode));
        foreach (var answer in new[] { asAnonymous, asCustomer, asOperator })
        {
            if (!answer.IsSuccessStatusCode) await Problem.ReadAsync(answer);
        }
    }

    [Fact]
    public void Has_a_row_for_each_route_of_the_file_that_is_there()
    {
        var rows = typeof(AccessTests).GetMethod(nameof(Opens_each_route_to_those_it_is_for))!
            .GetCustomAttributes<InlineDataAttribute>()
            .Select(row => (Method: (string)row.Data[0]!, Path: (string)row.Data[1]!)).ToArray();
        var (routes, _) = RouteEntry.ParseAll(File.ReadAllBytes(RouteRulesTests.FileOf("routes.json")));
        Assert.NotEmpty(routes);
        Assert.Empty(routes.Where(route =>
        {
            var template = new TemplateMatcher(TemplateParser.Parse(route.Path!), []);
            return !rows.Any(row => route.TakenMethods?.Contains(row.Method) != false
                && template.TryMatch(row.Path, []));
        }).Select(route => route.Name));
    }

    public static TheoryData<string, Action<SecurityTokenDescriptor>> BadTokens() => new()
    {
        {
            "expired", token =>
            {
                token.NotBefore = token.IssuedAt = null;
                token.Expires = TimeProvider.System.GetUtcNow().UtcDateTime.AddSeconds(-1);
            }
        },
        { "issuer", token => token.Issuer = "http://elsewhere/" },
        { "audience", token => token.Audience = "others" },
        { "identity token", token => token.TokenType = "JWT" },
    };

    [Theory]
    [MemberData(nameof(BadTokens), DisableDiscoveryEnumeration = true)]
    public async Task Refuses_a_bad_token(string what, Action<SecurityTokenDescriptor> change)
    {
        using var response = await gateway.SendAsync(
            "GET", "/api/v1/orders", gateway.Tokens.Issue(Guid.NewGuid(), "customer", change));
        Assert.True(response.StatusCode == HttpStatusCode.Unauthorized, what);
        await Problem.ReadAsync(response);
    }

    [Fact]
    public async Task Refuses_changed_and_unsigned_tokens()
    {
        var parts = gateway.Customer.Split('.');
        var payload = Base64UrlEncoder.Decode(parts[1]).Replace("customer", "operator", StringComparison.Ordinal);
        var none = Base64UrlEncoder.Encode($$"""{"alg":"none","typ":"at+jwt","kid":"{{gateway.Tokens.KeyId}}"}""");
        foreach (var token in new[]
            { $"{parts[0]}.{Base64UrlEncoder.Encode(payload)}.{parts[2]}", $"{none}.{parts[1]}." })
        {
            using var response = await gateway.SendAsync("GET", "/api/v1/orders", token);
            Assert.Equal(HttpStatusCode.Unauthorized, response.StatusCode);
            await Problem.ReadAsync(response);
        }
    }

    [Fact]
    public async Task Refuses_a_body_of_20_megabytes_and_one_that_does_not_say_its_length()
    {
        using var announced = await gateway.SendAsync(
            "POST", "/api/v1/orders", gateway.Customer, new { text = new string('a', 20_000_000) });
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/v1/orders");
        request.Headers.Authorization = new("Bearer", gateway.Customer);
        request.Headers.TransferEncodingChunked = true;
        request.Content = new StringContent(new string('a', 2_000_000), Encoding.UTF8, "application/json");
        using var chunked = await gateway.Client.SendAsync(request, TestContext.Current.CancellationToken);
        Assert.Equal((413, 413), ((int)announced.StatusCode, (int)chunked.StatusCode));
        await Problem.ReadAsync(announced);
        await Problem.ReadAsync(chunked);
    }

    [Fact]
    public async Task Refuses_64_kilobytes_of_header_and_a_method_that_no_route_has()
    {
        using var header = await gateway.SendAsync(
            "GET", "/api/v1/products", null, null, ("X-Long", new string('a', 64 * 1024)));
        using var method = await gateway.SendAsync("DELETE", "/connect/token");
        Assert.Equal((431, 405), ((int)header.StatusCode, (int)method.StatusCode));
        await Problem.ReadAsync(header);
        await Problem.ReadAsync(method);
    }
}
