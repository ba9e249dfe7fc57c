using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Options;
using Tessera.Messaging;

namespace Tessera.Webhooks;

/// <summary>At the start, before any event is heard: the endpoint of the shop's own service for mails, which may be
/// there only later. What happens meanwhile waits for it as for any partner that is away.</summary>
internal sealed class MakeOwnEndpoint(
    IServiceScopeFactory scopes, EndpointSecrets secrets, IOptions<WebhookOptions> options, TimeProvider clock)
    : IPrepareDatabase
{
    /// <summary>Whose it is until that service has registered it, and with that got its secret.</summary>
    public static readonly Guid Nobody = Guid.Empty;

    public async Task PrepareAsync(CancellationToken stop)
    {
        if (options.Value.OwnEndpoint is not { } address) return;
        var endpoint = new Endpoint(
            IdOf(address), Nobody, address, "Of the shop itself", IsOrdered: true, EndpointState.Active, null,
            // Nobody is told this one: whoever registers the endpoint is given another.
            secrets.Seal(EndpointSecrets.New()), null, null, null, clock.GetUtcNow());
        await using var scope = scopes.CreateAsyncScope();
        await scope.ServiceProvider.GetRequiredService<EndpointStore>()
            .AddUnlessThereAsync(endpoint, PublicTypes.All.Select(type => type.Name), stop);
    }

    /// <summary>Two replicas that start at once make one endpoint.</summary>
    private static Guid IdOf(string address) => new(SHA256.HashData(Encoding.UTF8.GetBytes(address)).AsSpan(0, 16));
}
