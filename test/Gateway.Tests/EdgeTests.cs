using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Tessera.ServiceDefaults;
using Tessera.Testing.Services;

namespace Tessera.Gateway.Tests;

/// <summary>What a stranger may say of himself and of us.</summary>
public sealed class EdgeTests(GatewayProcess gateway) : IClassFixture<GatewayProcess>
{
    [Theory]
    [InlineData("evil.example")]
    [InlineData("evil.example:8080")]
    [InlineData("localhost.evil.example")]
    [InlineData("127.0.0.1.evil.example")]
    [InlineData("169.254.169.254")]
    public async Task Does_not_answer_for_a_name_that_is_not_its_own(string host)
    {
        foreach (var path in new[] { "/", "/api/v1/products", "/.well-known/openid-configuration", "/health/other" })
        {
            using var answer = await gateway.SendAsync("GET", path, null, null, ("Host", host));
            Assert.Equal(HttpStatusCode.MisdirectedRequest, answer.StatusCode);
            Assert.DoesNotContain("evil", (await Problem.ReadAsync(answer)).Detail, StringComparison.Ordinal);
        }
        using var probe = await gateway.SendAsync("GET", "/health/live", null, null, ("Host", host));
        Assert.Equal(HttpStatusCode.OK, probe.StatusCode);
    }

    [Theory]
    [InlineData("localhost")]
    [InlineData("LocalHost:1")]
    [InlineData("127.0.0.1")]
    [InlineData("[::1]:8080")]
    public async Task Knows_this_machine_s_names(string host)
    {
        using var answer = await gateway.SendAsync("GET", "/api/v1/products", null, null, ("Host", host));
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
    }

    [Theory]
    [InlineData("/")]
    [InlineData("/api/v1/products")]
    [InlineData("/health/live")]
    public async Task Answers_HEAD_where_it_answers_GET(string path)
    {
        using var head = await gateway.SendAsync("HEAD", path);
        Assert.Equal(HttpStatusCode.OK, head.StatusCode);
        Assert.Empty(await head.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken));
    }

    [Theory]
    [InlineData("X-HTTP-Method-Override")]
    [InlineData("X-HTTP-Method")]
    [InlineData("X-Method-Override")]
    public async Task Takes_a_method_from_the_request_line_alone(string header)
    {
        using var answer = await gateway.SendAsync(
            "POST", "/api/v1/orders/1/cancel?_method=GET", gateway.Customer, "{}", (header, "DELETE"));
        var echo = await GatewayProcess.EchoAsync(answer);
        Assert.Equal("POST", echo.Method);
        Assert.Equal(header != "X-HTTP-Method-Override", echo.Headers.ContainsKey(header));
    }

    /// <summary>Every byte beyond ASCII, alone and as UTF-8 has it: passed on or refused, and never the fault of the
    /// service, whose replica would be left out.</summary>
    [Fact]
    public async Task Passes_header_bytes_beyond_ASCII_on_or_refuses_them()
    {
        for (var value = 0x80; value <= 0xFF; value++)
        {
            Assert.Equal("400", await StatusOfAsync([(byte)value]));
            Assert.Equal("200", await StatusOfAsync(Encoding.UTF8.GetBytes(((char)value).ToString())));
        }
    }

    [Fact]
    public async Task Links_its_own_trace_to_the_client_s()
    {
        var context = new DefaultHttpContext();
        context.Request.Headers.TraceParent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
        new BeginTrace(DistributedContextPropagator.CreateDefaultPropagator(), new PagesProof(null), [], null)
            .ExtractTraceIdAndState(context.Request.Headers, null, out var parent, out var state);
        using var activity = new Activity("request") { IsAllDataRequested = true }.Start();
        await new StripHeaders(_ => Task.CompletedTask).InvokeAsync(context);
        Assert.Equal((null, null), (parent, state));
        Assert.Equal("0af7651916cd43dd8448eb211c80319c", Assert.Single(activity.Links).Context.TraceId.ToHexString());
        Assert.Equal(activity.Id, context.Request.Headers.TraceParent.ToString());
        Assert.False(context.Request.Headers.ContainsKey(BeginTrace.ClientsHeader));
    }

    private async Task<string> StatusOfAsync(byte[] cookie)
    {
        using var client = new TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, gateway.Client.BaseAddress!.Port);
        await using var stream = client.GetStream();
        await stream.WriteAsync((byte[])
        [
            .. "GET /api/v1/products HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nCookie: n="u8,
            .. cookie, .. "\r\n\r\n"u8,
        ]);
        using var reader = new StreamReader(stream, Encoding.Latin1);
        return (await reader.ReadLineAsync())!.Split(' ')[1];
    }
}

public sealed class TrustedTraceTests(TrustingGatewayProcess gateway) : IClassFixture<TrustingGatewayProcess>
{
    [Fact]
    public async Task Continues_the_trace_of_those_it_is_told_to_trust()
    {
        using var response = await gateway.SendAsync("GET", "/api/v1/products", null, null,
            ("traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"));
        Assert.StartsWith("00-0af7651916cd43dd8448eb211c80319c-",
            (await GatewayProcess.EchoAsync(response)).Headers["traceparent"], StringComparison.Ordinal);
    }
}
