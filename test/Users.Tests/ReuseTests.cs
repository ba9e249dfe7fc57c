using System.Net;
using Tessera.Testing;

namespace Tessera.Users.Tests;

/// <summary>What happens to a refresh token that comes again when its leeway is over.</summary>
[Collection(nameof(HastyUsers))]
public sealed class ReuseTests(HastyUsers users)
{
    [Fact]
    public async Task Ends_all_of_a_sign_in_when_a_redeemed_token_comes_again()
    {
        var first = await users.NewCustomerAsync("rotate@example.com");
        var second = await RefreshAsync(first.Refresh!);
        Assert.NotEqual(first.Refresh, second.Refresh);
        Assert.NotEqual(first.Access, second.Access);
        await LeewayHasPassedAsync();
        await IsRefusedAsync(first.Refresh!);
        await IsRefusedAsync(second.Refresh!); // Who holds which is unknown: all of the chain ends.
    }

    [Fact]
    public async Task Ends_all_of_a_sign_in_when_the_second_asker_goes_on_beside_the_first()
    {
        var first = await users.NewCustomerAsync("beside@example.com");
        // Two at once, in one order or the other, within the leeway or not: those that were answered share a chain.
        var answers = await Task.WhenAll(users.RefreshAsync(first.Refresh!), users.RefreshAsync(first.Refresh!));
        var both = await Task.WhenAll(answers.Where(answer => answer.IsSuccessStatusCode).Select(Tokens.ReadAsync));
        Assert.NotEmpty(both);
        var winner = await RefreshAsync(both[0].Refresh!);
        await LeewayHasPassedAsync();
        await IsRefusedAsync(both[^1].Refresh!);
        await IsRefusedAsync(winner.Refresh!);
    }

    private async Task<Tokens> RefreshAsync(string token)
    {
        using var refreshed = await users.RefreshAsync(token);
        Assert.Equal(HttpStatusCode.OK, refreshed.StatusCode);
        return await Tokens.ReadAsync(refreshed);
    }

    private async Task IsRefusedAsync(string token)
    {
        using var refused = await users.RefreshAsync(token);
        Assert.Equal(HttpStatusCode.BadRequest, refused.StatusCode);
    }

    /// <summary>A token that was redeemed after all that were redeemed so far is refused when it comes again.</summary>
    private async Task LeewayHasPassedAsync()
    {
        var clock = await users.NewCustomerAsync($"clock-{Guid.NewGuid():N}@example.com");
        await RefreshAsync(clock.Refresh!);
        await Eventually.HoldsAsync("the leeway has passed", async () =>
        {
            using var again = await users.RefreshAsync(clock.Refresh!);
            return !again.IsSuccessStatusCode;
        });
    }
}
