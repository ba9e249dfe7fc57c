using System.Security.Claims;
using Microsoft.Extensions.Time.Testing;

namespace Tessera.ServiceDefaults.Tests;

public sealed class TokenCacheTests
{
    private static readonly ClaimsPrincipal someone = new();
    private readonly FakeTimeProvider _clock = new();

    private DateTimeOffset In(int minutes) => _clock.GetUtcNow().AddMinutes(minutes);

    [Fact]
    public void Forgets_a_token_when_it_expires()
    {
        var cache = new TokenCache(_clock);
        cache.Add(TokenCache.HashOf("a"), someone, In(minutes: 1));
        Assert.Same(someone, cache.Find(TokenCache.HashOf("a")));
        _clock.Advance(TimeSpan.FromMinutes(1));
        Assert.Null(cache.Find(TokenCache.HashOf("a")));
    }

    [Fact]
    public void Knows_no_token_that_differs_anywhere()
    {
        var cache = new TokenCache(_clock);
        cache.Add(TokenCache.HashOf("abc"), someone, In(minutes: 1));
        Assert.Null(cache.Find(TokenCache.HashOf("abd")));
        Assert.Null(cache.Find(TokenCache.HashOf("abcc")));
    }

    [Fact]
    public void Keeps_those_in_use_and_a_bounded_number()
    {
        var cache = new TokenCache(_clock, generationSizeMax: 10);
        cache.Add(TokenCache.HashOf("used"), someone, In(minutes: 1));
        for (var number = 0; number < 1_000; number++)
        {
            cache.Add(TokenCache.HashOf($"once {number}"), someone, In(minutes: 1));
            Assert.Same(someone, cache.Find(TokenCache.HashOf("used")));
        }
        var kept = Enumerable.Range(0, 1_000).Count(
            number => cache.Find(TokenCache.HashOf($"once {number}")) is not null);
        Assert.InRange(kept, 1, 20);
    }
}
