using System.Text.Encodings.Web;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Tessera.ServiceDefaults;

/// <summary>Bearer tokens in the Authorization header (RFC 6750 §2.1), and nowhere else.</summary>
internal sealed class AuthenticateByToken(
    IOptionsMonitor<AuthenticationSchemeOptions> options,
    ILoggerFactory loggers, UrlEncoder encoder, TokenValidator tokens)
    : AuthenticationHandler<AuthenticationSchemeOptions>(options, loggers, encoder)
{
    public const string SchemeName = "Bearer";
    private const string Prefix = "Bearer ";
    private TokenVerdict? _verdict;

    protected override async Task<AuthenticateResult> HandleAuthenticateAsync()
    {
        var header = Request.Headers.Authorization;
        if (header.Count == 0) return AuthenticateResult.NoResult();
        if (header is not [{ } value] || !value.StartsWith(Prefix, StringComparison.OrdinalIgnoreCase))
            return AuthenticateResult.NoResult();
        _verdict = await tokens.ValidateAsync(value[Prefix.Length..].Trim(), Context.RequestAborted);
        return _verdict.Caller is { } caller
            ? AuthenticateResult.Success(new AuthenticationTicket(caller, SchemeName))
            : AuthenticateResult.Fail(_verdict.Reason!);
    }

    protected override Task HandleChallengeAsync(AuthenticationProperties properties)
    {
        if (_verdict is { AreKeysUnknown: true })
        {
            Response.Headers.RetryAfter = "1";
            return Context.WriteProblem(StatusCodes.Status503ServiceUnavailable,
                "Tokens cannot be checked yet: Users has not answered with its keys. Try again.");
        }
        if (_verdict?.Reason is { } reason)
        {
            Response.Headers.WWWAuthenticate = $"Bearer error=\"invalid_token\", error_description=\"{reason}\"";
            return Context.WriteProblem(StatusCodes.Status401Unauthorized, $"The access token is refused: {reason}.");
        }
        Response.Headers.WWWAuthenticate = "Bearer";
        return Context.WriteProblem(
            StatusCodes.Status401Unauthorized, "This needs an access token: Authorization: Bearer …");
    }

    protected override Task HandleForbiddenAsync(AuthenticationProperties properties) =>
        Context.WriteProblem(StatusCodes.Status403Forbidden, "The token's role does not allow this.");
}
