using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;
using Yarp.ReverseProxy.Configuration;

namespace Tessera.Gateway.Tests;

public sealed class ResolveNamesTests
{
    private readonly Dictionary<string, string[]> _names = new() { ["shop"] = ["10.0.0.2", "10.0.0.1"] };
    private readonly FakeTimeProvider _clock = new();
    private readonly ResolveNames _resolve;

    public ResolveNamesTests() => _resolve = new ResolveNames(
        (name, _) => _names.TryGetValue(name, out var addresses)
            ? Task.FromResult(addresses.Select(IPAddress.Parse).ToArray())
            : throw new SocketException((int)SocketError.HostNotFound),
        Options.Create(new GatewayOptions()), _clock, NullLogger<ResolveNames>.Instance);

    [Fact]
    public async Task Takes_a_name_of_several_addresses_for_as_many_replicas()
    {
        _names["shop"] = ["10.0.0.2", "fd00::1"];
        Assert.Equal(["http://10.0.0.2:9082/", "http://[fd00::1]:9082/"], await AddressesAsync("http://shop:9082"));
    }

    [Fact]
    public async Task Leaves_addresses_this_machine_and_encrypted_names_as_they_are()
    {
        string[] given = ["http://127.0.0.1:9082/", "http://localhost:9082/", "https://shop:9082/"];
        Assert.Equal(given, await AddressesAsync(given));
        Assert.Null((await ResolveAsync(given)).ChangeToken);
    }

    [Fact]
    public async Task Does_not_lose_the_others_for_a_name_that_nobody_knows() => Assert.Equal(
        ["http://10.0.0.1:1/", "http://10.0.0.2:1/", "http://nobody:1/"],
        await AddressesAsync("http://shop:1/", "http://nobody:1/"));

    [Fact]
    public async Task Keeps_what_a_name_meant_while_it_cannot_be_looked_up()
    {
        var before = await AddressesAsync("http://shop:1/");
        _names.Clear();
        Assert.Equal(before, await AddressesAsync("http://shop:1/"));
        _names["shop"] = [];
        Assert.Equal(before, await AddressesAsync("http://shop:1/"));
    }

    [Fact]
    public async Task Looks_again_when_the_interval_is_over()
    {
        var token = (await ResolveAsync("http://shop:1/")).ChangeToken!;
        Assert.False(token.HasChanged);
        _clock.Advance(new GatewayOptions().ResolveInterval);
        Assert.True(token.HasChanged);
        _names["shop"] = ["10.0.0.3"];
        Assert.Equal(["http://10.0.0.3:1/"], await AddressesAsync("http://shop:1/"));
    }

    private async Task<string[]> AddressesAsync(params string[] addresses) =>
    [
        .. (await ResolveAsync(addresses)).Destinations.Values
            .Select(one => one.Address).Order(StringComparer.Ordinal),
    ];

    private ValueTask<Yarp.ReverseProxy.ServiceDiscovery.ResolvedDestinationCollection> ResolveAsync(
        params string[] addresses) => _resolve.ResolveDestinationsAsync(
            addresses.Index().ToDictionary(
                one => $"shop-{one.Index}", one => new DestinationConfig { Address = one.Item }), default);
}
