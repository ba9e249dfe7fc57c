using System.Net;
using Tessera.Testing;
using Tessera.Testing.Services;

namespace Tessera.Services.Tests;

/// <summary>Every service as a process, each with data of its own, and one gateway before them all: they are started
/// once for all tests that only ask them, for a start costs more than most of these tests.</summary>
public sealed class EveryService : IAsyncLifetime
{
    private const string Users = "Users";

    /// <summary>Lines for software hold all that those for people do, and the values that they were made of.</summary>
    private static readonly (string, string) linesForSoftware = ("Tessera:Logs", "json");

    private readonly TemporaryFolder _data = new("every");
    private readonly TestTokens _tokens = new();
    private readonly Dictionary<string, LoneService> _services = [];
    private string _revoked = "";

    internal IEnumerable<string> Names => _services.Keys;

    internal ServiceProcess Gateway { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        _tokens.WriteKeys(_data.Path);
        // Users first: of it the others hear what it has revoked.
        var users = _services[Users] = await LoneService.StartAsync(Users, null, _tokens, linesForSoftware);
        _revoked = await users.RevokeTokenAsync();
        foreach (var name in LoneService.Names.Select(row => row.Data).Where(name => name != Users))
        {
            _services[name] = await LoneService.StartAsync(
                name, null, _tokens, ("Services:Users", users.Http2Address.AbsoluteUri), linesForSoftware);
        }
        Gateway = await StartGatewayAsync();
        var revoked = _tokens.Issue(Guid.NewGuid(), "operator", token => token.Claims["oi_tkn_id"] = _revoked);
        foreach (var name in Names)
        {
            foreach (var service in new[] { await AtItsPortAsync(name), await AtTheGatewayAsync(name) })
            {
                await Eventually.HoldsAsync(
                    $"{name} has heard of the token that was revoked",
                    async () => await service.StatusAsync("/messaging/parked", revoked) == HttpStatusCode.Unauthorized);
            }
        }
    }

    /// <param name="instead">An address for every service where none is.</param>
    internal Task<ServiceProcess> StartGatewayAsync(string? instead = null) => ServiceProcess.StartAsync(
        "Gateway", _data.Path,
        [
            .. _services.Select(
                service => ($"Services:{service.Key}", instead ?? service.Value.Http2Address.AbsoluteUri)),
            ("Gateway:AnonymousPerSecond", "1000000"), // The rate is not the subject here.
            ("Gateway:CustomerPerSecond", "1000000"),
            ("Gateway:SignInsPerSecond", "1000000"),
            linesForSoftware,
        ]);

    internal Task<LoneService> AtItsPortAsync(string name) => _services[name].LendAsync(null, _revoked);

    internal Task<LoneService> AtTheGatewayAsync(string name) => _services[name].LendAsync(Gateway, _revoked);

    public async ValueTask DisposeAsync()
    {
        if (Gateway is not null) await Gateway.DisposeAsync();
        foreach (var service in _services.Values) await service.DisposeAsync();
        _tokens.Dispose();
        _data.Dispose();
    }
}

/// <inheritdoc cref="EveryService"/>
[CollectionDefinition(nameof(EveryService))]
public sealed class EveryServiceCollection : ICollectionFixture<EveryService>;
