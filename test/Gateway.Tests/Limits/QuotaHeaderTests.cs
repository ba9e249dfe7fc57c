using System.Globalization;
using System.Net;
using System.Text.Json;
using System.Text.RegularExpressions;
using Tessera.Testing;
using Tessera.Testing.Services;

namespace Tessera.Gateway.Tests;

/// <summary>Clients are told what they may ask before they are refused (draft-ietf-httpapi-ratelimit-headers-11).
/// </summary>
public sealed partial class QuotaHeaderTests(GatewayProcess gateway) : IClassFixture<GatewayProcess>
{
    [Fact]
    public async Task Says_with_each_answer_what_is_left_of_the_clients_quota()
    {
        var token = gateway.Tokens.Customer(Guid.NewGuid());
        using var first = await gateway.SendAsync("GET", "/api/v1/orders", token);
        Assert.Equal("\"customer\";q=400;w=2", Single(first, "RateLimit-Policy"));
        var read = State().Match(Single(first, "RateLimit"));
        Assert.True(read.Success, Single(first, "RateLimit"));
        Assert.Equal("customer", read.Groups[1].Value);
        Assert.Equal(399, int.Parse(read.Groups[2].Value, CultureInfo.InvariantCulture));
        var answers = await Task.WhenAll(
            Enumerable.Range(0, 40).Select(_ => gateway.SendAsync("GET", "/health", token)));
        Assert.Contains(answers, answer => LeftOf(answer) < 390);
    }

    [Fact]
    public async Task Says_it_with_refusals_of_any_kind_and_names_whose_quota_it_is()
    {
        using var unknown = await gateway.SendAsync("GET", "/nowhere");
        using var refused = await gateway.SendAsync("GET", "/api/v1/orders");
        using var operators = await gateway.SendAsync("GET", "/api/v1/orders", gateway.Operator);
        using var signIn = await gateway.SendAsync("POST", "/connect/token");
        Assert.Equal(["\"anonymous\";q=400;w=2", "\"anonymous\";q=400;w=2", "\"operator\";q=10000;w=2",
            "\"sign-in\";q=20;w=2"],
            new[] { unknown, refused, operators, signIn }.Select(answer => Single(answer, "RateLimit-Policy")));
    }

    [Fact]
    public async Task Refuses_by_a_problem_of_the_drafts_own_type_that_names_the_quota()
    {
        var token = gateway.Tokens.Customer(Guid.NewGuid());
        HttpResponseMessage? refused = null;
        await Eventually.HoldsAsync("the quota is used up", async () =>
        {
            var answers = await Task.WhenAll(
                Enumerable.Range(0, 450).Select(_ => gateway.SendAsync("GET", "/health", token)));
            refused = answers.FirstOrDefault(answer => answer.StatusCode == HttpStatusCode.TooManyRequests);
            return refused is not null;
        });
        var problem = await Problem.ReadAsync(refused!);
        Assert.Equal("https://iana.org/assignments/http-problem-types#quota-exceeded", problem.Type);
        using var document = JsonDocument.Parse(
            await refused!.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
        Assert.Equal(["customer"],
            document.RootElement.GetProperty("violated-policies").EnumerateArray().Select(name => name.GetString()));
    }

    [Fact]
    public async Task Says_nothing_to_probes_which_are_not_counted()
    {
        using var probe = await gateway.SendAsync("GET", "/health/live");
        Assert.False(probe.Headers.Contains("RateLimit"));
    }

    private static string Single(HttpResponseMessage answer, string name) =>
        Assert.Single(answer.Headers.GetValues(name));

    private static int LeftOf(HttpResponseMessage answer) =>
        int.Parse(State().Match(Single(answer, "RateLimit")).Groups[2].Value, CultureInfo.InvariantCulture);

    [GeneratedRegex("^\"([a-z-]+)\";r=([0-9]+);t=([0-9]+)\\z")]
    private static partial Regex State();
}
