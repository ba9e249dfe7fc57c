using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Tessera.Testing;

namespace Tessera.ServiceDefaults.Tests;

/// <summary>What keeps two stores on one machine apart, and a process from seeming ready that cannot write.</summary>
public sealed class InstanceTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Tells_with_its_health_which_store_it_belongs_to()
    {
        using var data = new TemporaryFolder("instance");
        await using var service = await StartAsync(data, ("Tessera:Instance", "ours"));
        using var client = new HttpClient { BaseAddress = AddressOf(service) };
        Assert.Equal("ours", (await client.GetFromJsonAsync<HealthView>("/health/ready", Stop))!.Instance);
    }

    [Theory]
    [InlineData("ours", HttpStatusCode.OK)]
    [InlineData("theirs", HttpStatusCode.MisdirectedRequest)]
    [InlineData(null, HttpStatusCode.OK)]
    public async Task Refuses_what_another_stores_process_sends(string? sender, HttpStatusCode expected)
    {
        using var data = new TemporaryFolder("instance");
        await using var service = await StartAsync(data, ("Tessera:Instance", "ours"));
        using var client = new HttpClient();
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(AddressOf(service), "/health/live"));
        if (sender is not null) request.Headers.Add(StayInStore.Header, sender);
        using var answer = await client.SendAsync(request, Stop);
        Assert.Equal(expected, answer.StatusCode);
    }

    [Fact]
    public async Task Takes_a_process_of_another_store_for_nobody()
    {
        using var data = new TemporaryFolder("instance");
        await using var theirs = await StartAsync(data, ("Tessera:Instance", "theirs"));
        using var handler = StayInStore.Before(
            new SocketsHttpHandler(),
            new ConfigurationBuilder().AddInMemoryCollection([new("Tessera:Instance", "ours")]).Build());
        using var client = new HttpClient(handler);
        var failure = await Assert.ThrowsAsync<HttpRequestException>(
            () => client.GetAsync(new Uri(AddressOf(theirs), "/health/live"), Stop));
        Assert.Contains("another store", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Says_by_its_exit_code_that_its_port_is_taken()
    {
        using var data = new TemporaryFolder("instance");
        using var taken = new TcpListener(IPAddress.Loopback, 0);
        taken.Start();
        await using var service = Build(data, ("Listen:Http1", $"127.0.0.1:{((IPEndPoint)taken.LocalEndpoint).Port}"));
        Assert.Equal(ServiceExit.PortTaken, await service.RunServiceAsync());
    }

    [Theory]
    [InlineData("0", HttpStatusCode.OK)]
    [InlineData("1", HttpStatusCode.OK)]
    [InlineData("9000000000000000000", HttpStatusCode.ServiceUnavailable)]
    public async Task Is_ready_as_long_as_the_disk_has_room(string freeBytesMin, HttpStatusCode expected)
    {
        using var data = new TemporaryFolder("instance");
        await using var service = await StartAsync(data, ("Tessera:FreeDiskBytesMin", freeBytesMin));
        using var client = new HttpClient { BaseAddress = AddressOf(service) };
        using var ready = await client.GetAsync(new Uri("/health/ready", UriKind.Relative), Stop);
        Assert.Equal(expected, ready.StatusCode);
        var disk = (await ready.Content.ReadFromJsonAsync<HealthView>(Stop))!.Checks["disk"];
        if (expected == HttpStatusCode.OK) Assert.Null(disk.Description);
        else Assert.Contains("Tessera:FreeDiskBytesMin", disk.Description, StringComparison.Ordinal);
    }

    private static async Task<WebApplication> StartAsync(
        TemporaryFolder data, params (string Key, string Value)[] settings)
    {
        var service = Build(data, settings);
        await service.StartAsync(Stop);
        return service;
    }

    private static WebApplication Build(TemporaryFolder data, params (string Key, string Value)[] settings)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?>
        {
            // Nothing is there yet: what a process may find that keeps no data.
            ["Tessera:DataDirectory"] = data.File("not/made/yet"),
            ["Listen:Http1"] = "127.0.0.1:0",
            ["Listen:Http2"] = "none",
            ["Services:Users"] = "http://127.0.0.1:9",
        });
        foreach (var (key, value) in settings) builder.Configuration[key] = value;
        builder.AddServiceDefaults("sample");
        var app = builder.Build();
        app.MapDefaultEndpoints();
        return app;
    }

    private static Uri AddressOf(WebApplication service) => new(
        service.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First());
}
