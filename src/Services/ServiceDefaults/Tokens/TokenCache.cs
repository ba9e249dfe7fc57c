using System.Runtime.InteropServices;
using System.Security.Claims;
using System.Security.Cryptography;
using System.Text;
using System.Collections.Concurrent;

namespace Tessera.ServiceDefaults;

/// <summary>Tokens that were verified, by their SHA-256, until they expire: the signature is checked once,
/// not per request.</summary>
/// <remarks>Bounded by two generations: when the young one is full it becomes the old one, and what
/// nobody used since goes.</remarks>
internal sealed class TokenCache(TimeProvider clock, int generationSizeMax = 10_000)
{
    private volatile ConcurrentDictionary<TokenHash, Known> _young = new();
    private volatile ConcurrentDictionary<TokenHash, Known> _old = new();

    public ClaimsPrincipal? Find(TokenHash token)
    {
        if (!_young.TryGetValue(token, out var known))
        {
            if (!_old.TryRemove(token, out known)) return null;
            Keep(token, known);
        }
        return known.Expires > clock.GetUtcNow() ? known.Caller : null;
    }

    public void Add(TokenHash token, ClaimsPrincipal caller, DateTimeOffset expires) =>
        Keep(token, new Known(caller, expires));

    public static TokenHash HashOf(string token)
    {
        Span<byte> text = stackalloc byte[TokenValidator.LengthMax];
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(text[..Encoding.UTF8.GetBytes(token, text)], hash);
        return MemoryMarshal.Read<TokenHash>(hash);
    }

    private void Keep(TokenHash token, Known known)
    {
        var young = _young;
        young[token] = known;
        if (young.Count < generationSizeMax) return;
        _old = young;
        _young = new();
    }

    private sealed record Known(ClaimsPrincipal Caller, DateTimeOffset Expires);
}

internal readonly record struct TokenHash(ulong A, ulong B, ulong C, ulong D);
