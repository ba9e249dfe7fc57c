using OpenIddict.Abstractions;
using OpenIddict.Server;
using static OpenIddict.Abstractions.OpenIddictConstants;
using static OpenIddict.Server.OpenIddictServerEvents;
using static OpenIddict.Server.OpenIddictServerHandlers;

namespace Tessera.Users;

/// <summary>A client that asks for a scope which it may not have is told <c>invalid_scope</c> (RFC 6749 §5.2), as for
/// one that nobody has. The token server by itself calls the whole request invalid, and clients take that for a fault
/// of their own program.</summary>
internal static class RefuseScopes
{
    public static void NameRefusedScopes(this OpenIddictServerBuilder server)
    {
        server.Replace<ValidateAuthorizationRequestContext>(Authentication.ValidateScopePermissions.Descriptor);
        server.Replace<ValidateTokenRequestContext>(Exchange.ValidateScopePermissions.Descriptor);
        server.Replace<ValidateDeviceAuthorizationRequestContext>(Device.ValidateScopePermissions.Descriptor);
    }

    private static void Replace<TContext>(
        this OpenIddictServerBuilder server, OpenIddictServerHandlerDescriptor theirs)
        where TContext : BaseValidatingContext
    {
        server.RemoveEventHandler(theirs);
        server.AddEventHandler<TContext>(
            handler => handler.UseScopedHandler<Handler<TContext>>().SetOrder(theirs.Order));
    }

    private sealed class Handler<TContext>(IOpenIddictApplicationManager clients) : IOpenIddictServerHandler<TContext>
        where TContext : BaseValidatingContext
    {
        public async ValueTask HandleAsync(TContext context)
        {
            var stop = context.CancellationToken;
            if (context.Transaction.Request is not { ClientId: { } id } request
                || await clients.FindByClientIdAsync(id, stop) is not { } client)
            {
                return;
            }
            foreach (var scope in request.GetScopes())
            {
                if (scope is Scopes.OpenId or Scopes.OfflineAccess
                    || await clients.HasPermissionAsync(client, Permissions.Prefixes.Scope + scope, stop))
                {
                    continue;
                }
                context.Reject(Errors.InvalidScope, $"The client may not have the scope {scope}.");
                return;
            }
        }
    }
}
