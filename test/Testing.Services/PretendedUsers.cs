using System.Collections.Concurrent;
using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Tessera.ServiceDefaults;

namespace Tessera.Testing.Services;

/// <summary>Tells over cleartext HTTP/2 which tokens have ended before their time. Keys it has none.</summary>
public sealed class PretendedUsers : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly ConcurrentBag<EndedSignIn> _signIns = [];
    private readonly ConcurrentBag<Guid> _erased = [];

    private PretendedUsers()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.ConfigureKestrel(kestrel =>
            kestrel.Listen(IPAddress.Loopback, 0, listen => listen.Protocols = HttpProtocols.Http2));
        builder.Logging.ClearProviders();
        _app = builder.Build();
        _app.MapGet(EndedSignIns.Path, () => _signIns);
        _app.MapGet(ErasedSubjects.Path, () => _erased);
    }

    public string Address =>
        _app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single();

    public static async Task<PretendedUsers> StartAsync()
    {
        var users = new PretendedUsers();
        await users._app.StartAsync();
        return users;
    }

    public void EndSignIn(Guid id) => _signIns.Add(new EndedSignIn(id.ToString(), TimeProvider.System.GetUtcNow()));

    public void Erase(Guid account) => _erased.Add(account);

    public ValueTask DisposeAsync() => _app.DisposeAsync();
}
