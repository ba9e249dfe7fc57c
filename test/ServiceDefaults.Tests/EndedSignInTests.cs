using System.Net;
using Microsoft.Extensions.Time.Testing;
using Tessera.Testing;

namespace Tessera.ServiceDefaults.Tests;

public sealed class EndedSignInTests(SampleService service) : IClassFixture<SampleService>
{
    private static readonly DateTimeOffset noon = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    [Theory]
    [InlineData("oi_au_id")]
    [InlineData("oi_tkn_id")] // A machine's token hangs on no sign-in.
    public async Task Refuses_a_token_once_its_sign_in_is_known_to_have_ended_also_while_Users_is_away(string claim)
    {
        var (ended, other) = (Guid.NewGuid().ToString(), Guid.NewGuid().ToString());
        var (token, others) = (Token(ended), Token(other));
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(token));
        service.Ended.SignIns = [new EndedSignIn(ended, TimeProvider.System.GetUtcNow())];
        await Eventually.HoldsAsync(
            "the token is refused", async () => await StatusAsync(token) == HttpStatusCode.Unauthorized);
        service.Ended.IsAway = true;
        Assert.Equal(HttpStatusCode.Unauthorized, await StatusAsync(token));
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(others));
        service.Ended.IsAway = false;

        string Token(string id) => service.Tokens.Issue(Guid.NewGuid(), "customer", each => each.Claims[claim] = id);
    }

    [Fact]
    public void Asks_again_for_what_may_have_been_committed_late_and_forgets_what_no_token_can_name()
    {
        var clock = new FakeTimeProvider(noon);
        var ended = new EndedSignIns(clock);
        Assert.Null(ended.Since);
        ended.Add([new EndedSignIn("new", noon), new EndedSignIn("old", noon.AddMinutes(-10))]);
        Assert.Equal(noon.AddMinutes(-2), ended.Since);
        ended.Add([]); // Nothing is news: what is known stays.
        Assert.Equal(["new"], ended.Known(ended.Since).Select(each => each.Id));
        Assert.Equal(["new", "old"], ended.Known(null).Select(each => each.Id).Order());
        clock.Advance(EndedSignIns.KeptFor - TimeSpan.FromMinutes(5));
        ended.Add([]);
        Assert.Equal((true, false), (ended.Contains("new"), ended.Contains("old")));
    }

    [Fact]
    public void Misses_nothing_because_of_a_clock_that_was_ahead()
    {
        var clock = new FakeTimeProvider(noon);
        var ended = new EndedSignIns(clock);
        ended.Add([new EndedSignIn("ahead", noon.AddHours(1))]);
        Assert.Equal(noon.AddMinutes(-2), ended.Since);
        ended.Add([new EndedSignIn("now", noon)]);
        Assert.Equal((true, true), (ended.Contains("ahead"), ended.Contains("now")));
        clock.Advance(TimeSpan.FromMinutes(5));
        Assert.Equal(noon.AddMinutes(3), ended.Since);
    }

    private async Task<HttpStatusCode> StatusAsync(string token)
    {
        using var response = await service.GetAsync("/customers", token);
        return response.StatusCode;
    }
}
