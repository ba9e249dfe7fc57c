using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http;

namespace Tessera.ServiceDefaults;

/// <summary>How the store's own pages show the gateway who they are. What they ask is asked for a visitor, and only
/// from them is it believed for which: anybody else could count as somebody else.</summary>
/// <param name="secret"><see cref="TesseraOptions.PagesSecret"/>; without one nobody has the proof.</param>
public sealed class PagesProof(string? secret)
{
    public const string Header = "X-Tessera-Pages";

    /// <summary>The visitor's address. Not <c>X-Forwarded-For</c>: a balancer on the way would add the pages' own.
    /// </summary>
    public const string VisitorHeader = "X-Tessera-Visitor";

    private readonly byte[]? _secret = secret is { Length: > 0 } ? Encoding.UTF8.GetBytes(secret) : null;

    public bool IsIn(IHeaderDictionary headers) =>
        _secret is not null && headers.TryGetValue(Header, out var shown) && shown is [{ } one]
        && CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(one), _secret);
}
