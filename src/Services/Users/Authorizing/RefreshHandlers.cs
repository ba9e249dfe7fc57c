using OpenIddict.Abstractions;
using OpenIddict.Server;
using Tessera.Messaging;
using static OpenIddict.Server.OpenIddictServerEvents;
using static OpenIddict.Server.OpenIddictServerHandlers;
using static OpenIddict.Abstractions.OpenIddictConstants;

namespace Tessera.Users;

/// <summary>
/// Puts <see cref="RefreshChain"/> into the token server. By itself it goes on with a refresh although its redemption
/// failed, and revokes in bulk what a refresh under way then replaces.
/// </summary>
internal static class RefreshHandlers
{
    public static void UseRefreshChains(this OpenIddictServerBuilder server)
    {
        // IssueToken redeems codes and refresh tokens, before anything is made.
        server.RemoveEventHandler(RedeemTokenEntry.Descriptor);
        server.AddEventHandler<ProcessSignInContext>(handler => handler.UseScopedHandler<RedeemUserCode>()
            .SetOrder(RedeemTokenEntry.Descriptor.Order));
        server.AddEventHandler<ValidateTokenContext>(handler => handler.UseScopedHandler<EndOnReuse>()
            .SetOrder(Protection.ValidateTokenEntry.Descriptor.Order - 1));
        server.AddEventHandler<ValidateTokenContext>(handler => handler.UseScopedHandler<PacePolling>()
            .SetOrder(Protection.ValidateTokenEntry.Descriptor.Order - 2));
        server.AddEventHandler<GenerateTokenContext>(handler => handler.UseScopedHandler<NameSuccessorAgain>()
            .SetOrder(Protection.CreateTokenEntry.Descriptor.Order - 1));
        server.AddEventHandler<GenerateTokenContext>(handler => handler.UseScopedHandler<RecordSuccessor>()
            .SetOrder(Protection.CreateTokenEntry.Descriptor.Order + 1));
        server.AddEventHandler<ProcessSignInContext>(handler => handler.UseScopedHandler<CommitSignIn>()
            .SetOrder(AttachSignInParameters.Descriptor.Order - 1));
        server.RemoveEventHandler(Revocation.RevokeToken.Descriptor);
        server.AddEventHandler<HandleRevocationRequestContext>(handler => handler.UseScopedHandler<EndOnRevocation>()
            .SetOrder(Revocation.RevokeToken.Descriptor.Order));
    }

    private sealed class EndOnReuse(RefreshChain chain) : IOpenIddictServerHandler<ValidateTokenContext>
    {
        public ValueTask HandleAsync(ValidateTokenContext context) =>
            context.Principal is { } principal && principal.GetTokenId() is { } token
                && !principal.HasTokenType(TokenTypeIdentifiers.AccessToken)
                ? new(chain.EndIfReusedAsync(
                    token, principal.GetAuthorizationId(),
                    hasLeeway: principal.HasTokenType(TokenTypeIdentifiers.RefreshToken), context.CancellationToken))
                : ValueTask.CompletedTask;
    }

    private sealed class NameSuccessorAgain(RefreshChain chain) : IOpenIddictServerHandler<GenerateTokenContext>
    {
        public ValueTask HandleAsync(GenerateTokenContext context)
        {
            if (context.TokenType != TokenTypeIdentifiers.RefreshToken || chain.Successor is not { } successor)
                return ValueTask.CompletedTask;
            context.CreateTokenEntry = false;
            context.Principal.SetTokenId(successor);
            return ValueTask.CompletedTask;
        }
    }

    private sealed class RecordSuccessor(RefreshChain chain) : IOpenIddictServerHandler<GenerateTokenContext>
    {
        public ValueTask HandleAsync(GenerateTokenContext context) =>
            context.TokenType == TokenTypeIdentifiers.RefreshToken && context.CreateTokenEntry
                ? new(chain.RecordSuccessorAsync(context.Principal.GetTokenId()!, context.CancellationToken))
                : ValueTask.CompletedTask;
    }

    /// <summary>The answer is not yet written: what it promises is stored first.</summary>
    private sealed class CommitSignIn(UnitOfWork work) : IOpenIddictServerHandler<ProcessSignInContext>
    {
        public ValueTask HandleAsync(ProcessSignInContext context) =>
            context.IsRejected || !work.IsBegun
                ? ValueTask.CompletedTask
                : new(work.CommitAsync(context.CancellationToken));
    }

    /// <summary>A code that a person has typed in is answered once.</summary>
    private sealed class RedeemUserCode(IOpenIddictTokenManager tokens) : IOpenIddictServerHandler<ProcessSignInContext>
    {
        public async ValueTask HandleAsync(ProcessSignInContext context)
        {
            if (context.EndpointType != OpenIddictServerEndpointType.EndUserVerification) return;
            var stop = context.CancellationToken;
            if (context.Transaction.GetProperty<ProcessAuthenticationContext>(
                    typeof(ProcessAuthenticationContext).FullName!)?.UserCodePrincipal?.GetTokenId() is { } code
                && await tokens.FindByIdAsync(code, stop) is { } entry
                && await tokens.TryRedeemAsync(entry, stop))
            {
                return;
            }
            context.Reject(Errors.InvalidToken, "The code has been answered already.");
        }
    }

    /// <summary>Signing out ends the sign-in with what a refresh at the same moment makes (RFC 7009 §2.1).</summary>
    private sealed class EndOnRevocation(RefreshChain chain) : IOpenIddictServerHandler<HandleRevocationRequestContext>
    {
        public ValueTask HandleAsync(HandleRevocationRequestContext context)
        {
            if (context.GenericTokenPrincipal.GetAuthorizationId() is { } authorization)
                return new(chain.EndAsync(authorization, context.CancellationToken));
            // A machine's token stands alone.
            return context.GenericTokenPrincipal.GetTokenId() is { } token
                ? new(chain.EndTokenAsync(token, context.CancellationToken))
                : ValueTask.CompletedTask;
        }
    }
}
