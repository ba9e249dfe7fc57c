using Microsoft.Extensions.Options;
using Tessera.Messaging;
using Tessera.MessagingDefaults;
using Tessera.ServiceDefaults;
using Tessera.Users.Contracts;

namespace Tessera.Users;

/// <summary>At the start: the store's own clients, whose secrets are given or lie in <c>DATA/clients/</c> for their
/// owner alone, and
/// those that configuration declares.</summary>
internal sealed class DeclareClients(
    IServiceScopeFactory scopes, StartLock start, IOptions<TesseraOptions> tessera, IOptions<UsersOptions> users)
    : IPrepareDatabase
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    public async Task PrepareAsync(CancellationToken stop)
    {
        await using var alone = await start.TakeAsync(stop); // Two would find a client missing, and both add it.
        foreach (var client in OwnClients.All(tessera.Value.PublicUri))
        {
            if (!client.IsPublic) client.Secret = SecretOf(client.Id);
            await PutAsync(client, stop);
        }
        foreach (var client in users.Value.Clients) await PutAsync(client, stop);
    }

    private async Task PutAsync(ClientSettings client, CancellationToken stop)
    {
        await using var scope = scopes.CreateAsyncScope();
        await scope.ServiceProvider.GetRequiredService<ClientStore>().PutAsync(client, stop);
    }

    private string SecretOf(string client)
    {
        if (tessera.Value.ClientSecrets.TryGetValue(client, out var given)) return given;
        var folder = Path.Combine(tessera.Value.DataDirectory, "clients");
        if (OperatingSystem.IsWindows()) Directory.CreateDirectory(folder);
        else Directory.CreateDirectory(folder, OwnerOnly);
        var file = Path.Combine(folder, client + ".secret");
        try
        {
            if (!File.Exists(file)) SigningKeyFile.WriteWhole(file, ClientStore.NewSecret());
        }
        catch (IOException) when (File.Exists(file))
        {
            // Another replica was first.
        }
        return File.ReadAllText(file).Trim();
    }
}
