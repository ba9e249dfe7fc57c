using System.Security.Claims;

namespace Tessera.ServiceDefaults;

/// <summary>Whether a token that was good has ended before its time, with its account or its sign-in. To be asked with
/// each request, and by whoever goes on answering one request for long.</summary>
public sealed class EndedTokens(ErasedSubjects erased, EndedSignIns signIns)
{
    // As the token server calls them: the authorization that all tokens of a sign-in hang on, and the token itself.
    internal const string SignInClaim = "oi_au_id";
    internal const string TokenClaim = "oi_tkn_id";

    /// <summary>Why the caller's token is good for nothing any more; null while it is.</summary>
    public string? FaultOf(ClaimsPrincipal caller) =>
        erased.Contains(caller.FindFirstValue("sub")) ? "its account does not exist any more"
        : signIns.Contains(caller.FindFirstValue(SignInClaim)) || signIns.Contains(caller.FindFirstValue(TokenClaim))
            ? "its sign-in has ended"
        : null;
}
