using System.Collections.Concurrent;
using Tessera.Users.Contracts;

namespace Tessera.Cli.Shop;

/// <summary>Tokens to act as customers; each is asked for once and again shortly before it ends.</summary>
internal sealed class BuyerTokens(ShopClient shop, ScriptSession scripts, TimeProvider clock)
{
    private readonly ConcurrentDictionary<Guid, (string Value, DateTimeOffset Until)> _tokens = new();

    /// <summary>Null when nobody may act for the user: there is none, or no longer.</summary>
    public async ValueTask<string?> TryOfAsync(Guid user, CancellationToken stop)
    {
        if (_tokens.TryGetValue(user, out var known) && known.Until > clock.GetUtcNow()) return known.Value;
        var answer = await shop.PostAsync($"/api/v1/users/{user}/tokens", null, await scripts.TokenAsync(stop), stop);
        if (answer.Status is 403 or 404 or 410) return null;
        if (!answer.IsSuccess) throw new UserError($"No token to act for the customer {user}: {answer.Problem()}");
        var token = answer.Read<ActingTokenView>();
        _tokens[user] = (token.AccessToken, clock.GetUtcNow() + TimeSpan.FromSeconds(token.ExpiresIn * 0.8));
        return token.AccessToken;
    }

    /// <summary>The token was refused although its time is not over: the keys may have changed.</summary>
    public void Forget(Guid user) => _tokens.TryRemove(user, out _);
}
