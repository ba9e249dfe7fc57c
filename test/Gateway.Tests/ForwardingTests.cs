using System.Net;
using Tessera.Testing;
using Tessera.Testing.Services;

namespace Tessera.Gateway.Tests;

public sealed class ForwardingTests(GatewayProcess gateway) : IClassFixture<GatewayProcess>
{
    [Fact]
    public async Task Passes_a_request_on_over_http2_with_token_and_trace()
    {
        using var response = await gateway.SendAsync("GET", "/api/v1/orders/7", gateway.Customer, null,
            ("traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"));
        var echo = await GatewayProcess.EchoAsync(response);
        Assert.Equal(("orders", "GET", "/orders/7", "HTTP/2"), (echo.Service, echo.Method, echo.Path, echo.Protocol));
        Assert.Equal("/api/v1", echo.Headers["X-Forwarded-Prefix"]);
        Assert.StartsWith("Bearer ", echo.Headers["Authorization"], StringComparison.Ordinal);
        Assert.Matches("^00-[0-9a-f]{32}-[0-9a-f]{16}-0[01]$", echo.Headers["traceparent"]);
        foreach (var strangers in new[] { "0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331" })
            Assert.DoesNotContain(strangers, echo.Headers["traceparent"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Lets_no_client_say_what_only_the_gateway_may()
    {
        using var response = await gateway.SendAsync("GET", "/api/v1/products/1", null, null,
            ("X-Forwarded-For", "6.6.6.6"), ("X-Forwarded-User", "root"), ("X-Forwarded-Prefix", "/6.6.6.6"),
            ("Forwarded", "for=6.6.6.6"), ("X-Real-IP", "6.6.6.6"),
            ("X-Tessera-Role", "operator"), ("X-Original-URL", "/admin"), ("Baggage", "role=operator"));
        var echo = await GatewayProcess.EchoAsync(response);
        Assert.DoesNotContain(echo.Headers, header => header.Value.Contains("6.6.6.6", StringComparison.Ordinal));
        Assert.Equal("127.0.0.1", echo.Headers["X-Forwarded-For"]);
        Assert.Empty(echo.Headers.Keys.Intersect(
            ["X-Forwarded-User", "Forwarded", "X-Real-IP", "X-Tessera-Role", "X-Original-URL", "Baggage"],
            StringComparer.OrdinalIgnoreCase));
    }

    [Fact]
    public async Task Reaches_what_each_service_has_under_its_own_name()
    {
        using var status = await gateway.SendAsync("GET", "/api/v1/services/orders/messaging/status", gateway.Operator);
        using var document = await gateway.SendAsync("GET", "/api/v1/services/orders/openapi/v1.json");
        var echo = await GatewayProcess.EchoAsync(status);
        Assert.Equal(("/messaging/status", "/api/v1/services/orders"), (echo.Path, echo.Headers["X-Forwarded-Prefix"]));
        Assert.Equal("/openapi/v1.json", (await GatewayProcess.EchoAsync(document)).Path);
    }

    [Theory]
    [InlineData("/health/stopping")]
    [InlineData("/health/anything/else")]
    [InlineData("/internal/ended")]
    public async Task Passes_on_to_no_page_what_services_keep_for_processes(string path)
    {
        using var response = await gateway.SendAsync("GET", path);
        Assert.Equal(HttpStatusCode.NotFound, response.StatusCode);
        Assert.Equal("application/problem+json", response.Content.Headers.ContentType!.MediaType);
    }

    [Fact]
    public async Task Shows_at_its_address_what_runs_and_where_to_go_on()
    {
        using var response = await gateway.SendAsync("GET", "/status");
        var page = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        Assert.Equal("text/html", response.Content.Headers.ContentType!.MediaType);
        foreach (var link in new[] { "/docs", "/health" })
            Assert.Contains($"href=\"{link}\"", page, StringComparison.Ordinal);
        using var reference = await gateway.SendAsync("GET", "/docs");
        Assert.Contains("openapi/v1.json",
            await reference.Content.ReadAsStringAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }

    /// <summary>What the services have at these paths stays with them: only the pages see such a request.</summary>
    [Theory]
    [InlineData("GET", "/")]
    [InlineData("GET", "/orders")]
    [InlineData("GET", "/products/A1")]
    [InlineData("POST", "/users")]
    [InlineData("GET", "/messaging/status")]
    [InlineData("GET", "/services/orders/messaging/status")]
    public async Task Gives_every_other_address_to_the_pages(string method, string path)
    {
        using var response = await gateway.SendAsync(method, path, gateway.Operator);
        var echo = await GatewayProcess.EchoAsync(response);
        Assert.Equal(("web", path), (echo.Service, echo.Path));
    }

    [Fact]
    public async Task Says_which_methods_an_address_takes()
    {
        using var response = await gateway.SendAsync("DELETE", "/api/v1/availability");
        Assert.Equal(HttpStatusCode.MethodNotAllowed, response.StatusCode);
        Assert.Equal(["GET", "HEAD"], response.Content.Headers.Allow);
        await Problem.ReadAsync(response);
    }

    [Fact]
    public async Task Says_that_a_service_is_away()
    {
        using var response = await gateway.SendAsync("GET", "/api/v1/payments/orders/1", gateway.Customer);
        Assert.Equal(HttpStatusCode.BadGateway, response.StatusCode);
        Assert.NotNull(response.Headers.RetryAfter);
        Assert.Contains("payments", (await Problem.ReadAsync(response)).Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Does_not_wait_for_ever()
    {
        using var response = await gateway.SendAsync("GET", "/api/v1/orders/slow", gateway.Customer);
        Assert.Equal(HttpStatusCode.GatewayTimeout, response.StatusCode);
        await Problem.ReadAsync(response);
    }

    [Fact]
    public async Task Sends_a_write_once_and_a_read_again()
    {
        var before = gateway.Orders.Seen;
        using var write = await gateway.SendAsync("POST", "/api/v1/orders/lost", gateway.Customer, new { });
        var afterWrite = gateway.Orders.Seen;
        using var read = await gateway.SendAsync("GET", "/api/v1/orders/lost", gateway.Customer);
        var afterRead = gateway.Orders.Seen;
        Assert.Equal((1, 3), (afterWrite - before, afterRead - afterWrite));
        Assert.Equal((HttpStatusCode.BadGateway, HttpStatusCode.BadGateway), (write.StatusCode, read.StatusCode));
        await Problem.ReadAsync(write);
    }

    [Fact]
    public async Task Writes_one_line_a_request_with_trace_status_and_upstream()
    {
        using var response = await gateway.SendAsync("GET", "/api/v1/orders/logged-1", gateway.Customer, null,
            ("traceparent", "00-1af7651916cd43dd8448eb211c80319d-b7ad6b7169203331-01"));
        string Line() =>
            gateway.Log.Split('\n').Single(each => each.Contains("/api/v1/orders/logged-1", StringComparison.Ordinal));
        await Eventually.HoldsAsync(
            "the line is written", () => gateway.Log.Contains("/api/v1/orders/logged-1", StringComparison.Ordinal));
        using var line = System.Text.Json.JsonDocument.Parse(Line());
        var trace = line.RootElement.GetProperty("trace").GetString()!;
        var echo = await GatewayProcess.EchoAsync(response);
        Assert.Contains(trace, echo.Headers["traceparent"], StringComparison.Ordinal);
        Assert.NotEqual("1af7651916cd43dd8448eb211c80319d", trace);
        Assert.Equal(200, line.RootElement.GetProperty("status").GetInt32());
        Assert.Equal("orders-1", line.RootElement.GetProperty("upstream").GetString());
        Assert.True(line.RootElement.GetProperty("ms").GetDouble() > 0);
    }

    [Fact]
    public async Task Shows_the_health_of_the_whole_to_programs_and_to_people()
    {
        using var json = await gateway.SendAsync("GET", "/health");
        using var page = await gateway.SendAsync(
            "GET", "/health", null, null, ("Accept", "text/html,application/xhtml+xml,*/*;q=0.8"));
        Assert.Equal(HttpStatusCode.ServiceUnavailable, json.StatusCode); // Users and Payments are away.
        var text = await json.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        Assert.Contains("\"replica\":\"payments-1\",\"status\":\"Unreachable\"", text, StringComparison.Ordinal);
        Assert.Contains("\"replica\":\"notifications-1\",\"status\":\"Unreachable\"", text, StringComparison.Ordinal);
        Assert.Contains("\"replica\":\"inventory-2\",\"status\":\"Healthy\"", text, StringComparison.Ordinal);
        Assert.Equal("text/html", page.Content.Headers.ContentType!.MediaType);
        Assert.Contains("<td>payments-1</td>",
            await page.Content.ReadAsStringAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }
}
