using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Authentication;

namespace Tessera.PageDefaults;

/// <summary>A name of the visitor's session for what an app keeps beside it. It tells nothing of the cookie.</summary>
public static class SessionName
{
    /// <summary>Null for who is not signed in.</summary>
    public static string? Of(HttpContext context) =>
        context.Features.Get<IAuthenticateResultFeature>()?.AuthenticateResult?.Properties is { } properties
        && SessionFiles.KeyOf(properties) is { } key
            ? Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes("beside:" + key)))
            : null;
}
