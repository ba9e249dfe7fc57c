using System.Net;
using System.Text;
using Tessera.Cli.Up;
using Xunit;

namespace Tessera.Cli.Tests;

public sealed class HealthTests
{
    [Theory]
    [InlineData(200, """{"status":"Healthy","checks":{},"instance":"ours"}""", true, null)]
    [InlineData(200, """{"status":"Healthy","checks":{},"instance":"theirs"}""", false, "another process")]
    [InlineData(200, """{"status":"Healthy","checks":{}}""", false, "another process")]
    [InlineData(200, "[]", false, "another program")]
    [InlineData(200, "<html>", false, "another program")]
    [InlineData(404, "", false, "status 404")]
    [InlineData(503,
        """
        {"checks":{"disk":{"status":"Unhealthy","description":"12 bytes are free"},"messaging":{"status":"Healthy"}},
        "instance":"ours"}
        """,
        false, "disk: 12 bytes are free")]
    [InlineData(503,
        """{"checks":{"disk":{"status":"Unhealthy","description":"\u001b[31mfull\nnow"}},"instance":"ours"}""",
        false, "disk: full now")]
    public async Task Takes_the_word_of_its_own_process_only(int status, string body, bool isReady, string? why)
    {
        using var client = new HttpClient(new Answering((HttpStatusCode)status, body));
        var answer = await Health.AskAsync(
            client, "http://127.0.0.1:1", "ours", TestContext.Current.CancellationToken);
        Assert.Equal(isReady, answer.IsReady);
        if (why is null) Assert.Null(answer.Why);
        else Assert.Contains(why, answer.Why, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"instance":"ours","version":"1.4.0","revision":"1f3c5e7a9b"}""", "1.4.0 1f3c5e7")]
    [InlineData("""{"instance":"ours","version":"1.4.0","revision":null}""", "1.4.0")]
    [InlineData("""{"instance":"ours"}""", null)]
    public async Task Hears_which_build_answers(string body, string? version)
    {
        using var client = new HttpClient(new Answering(HttpStatusCode.OK, body));
        var answer = await Health.AskAsync(
            client, "http://127.0.0.1:1", "ours", TestContext.Current.CancellationToken);
        Assert.Equal((true, version), (answer.IsReady, answer.Version));
    }

    private sealed class Answering(HttpStatusCode status, string body) : HttpMessageHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(
            HttpRequestMessage request, CancellationToken cancellationToken) =>
            Task.FromResult(new HttpResponseMessage(status)
            {
                Content = new StringContent(body, Encoding.UTF8, "application/json"),
            });
    }
}
