using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Logging.Abstractions;
using StackExchange.Redis;
using Tessera.Testing;

namespace Tessera.Gateway.Tests;

public sealed class SilentRedisTests
{
    [Fact]
    public async Task Keeps_nobody_waiting_for_a_connection_that_does_not_come_about()
    {
        using var silent = new TcpListener(IPAddress.Loopback, 0);
        silent.Start(); // Takes the connection and says nothing.
        var redis = new ConfigurationOptions
        {
            EndPoints = { silent.LocalEndpoint }, AbortOnConnectFail = false, ConnectTimeout = 600_000,
            AsyncTimeout = 50,
        };
        using var own = new OwnQuotas();
        await using var shared = new SharedQuotas(redis, own, TimeProvider.System, NullLogger<SharedQuotas>.Instance);
        var state = await shared.TakeAsync(new ClientQuota("anonymous", "somebody", 10)).AsTask()
            .WithinAsync(TimeSpan.FromMinutes(1));
        Assert.True(state.IsGranted); // Counted by this gateway alone.
    }
}
