using System.Net;
using System.Net.Sockets;
using Tessera.Cli.Servers;
using Tessera.Cli.Up;
using Xunit;

namespace Tessera.Cli.Tests;

public sealed class PortTests
{
    private static readonly string[] _projects = ["Users", "Catalog", "Inventory", "Orders", "Payments", "Gateway"];

    [Fact]
    public void Gives_two_stores_that_start_at_the_same_moment_no_port_in_common()
    {
        var settings = Some.Settings() with { Port = Some.FreePorts(30) };
        var one = Plan.Make(_projects, settings, new PortPicker());
        var other = Plan.Make(_projects, settings, new PortPicker());
        try
        {
            Assert.Empty(PortsOf(one).Intersect(PortsOf(other)));
            Assert.Contains(other.Moved, line => line.Contains($"{settings.Port} is taken", StringComparison.Ordinal));
        }
        finally
        {
            one.LetGoOfPorts();
            other.LetGoOfPorts();
        }
    }

    [Fact]
    public void Gives_nobody_elses_port_while_its_process_starts_or_restarts()
    {
        using var folder = Some.Folder();
        using var oneStores = new PortClaims(folder.Path);
        using var otherStores = new PortClaims(folder.Path);
        var settings = Some.Settings() with { Port = Some.FreePorts(30) };
        var one = Plan.Make(_projects, settings, new PortPicker(oneStores));
        one.LetGoOfPorts();
        var other = Plan.Make(_projects, settings, new PortPicker(otherStores));
        other.LetGoOfPorts();
        Assert.Empty(PortsOf(one).Intersect(PortsOf(other)));
        var again = Plan.Make(_projects, settings, new PortPicker(oneStores));
        again.LetGoOfPorts();
        Assert.Equal(PortsOf(one), PortsOf(again));
        oneStores.Dispose();
        using var third = new PortPicker(new PortClaims(folder.Path));
        Assert.Equal(settings.Port, third.Pick(settings.Port));
    }

    [Fact]
    public void Claims_no_port_on_which_somebody_listens()
    {
        using var folder = Some.Folder();
        using var claims = new PortClaims(folder.Path);
        var first = Some.FreePorts(2);
        var taken = ListenAt(first);
        using var ports = new PortPicker(claims);
        Assert.Equal(first + 1, ports.Pick(first));
        Assert.False(claims.Has(first));
        taken.Dispose();
        using var others = new PortPicker(new PortClaims(folder.Path));
        Assert.Equal(first, others.Pick(first));
    }

    [Fact]
    public void Starts_where_nothing_can_be_claimed()
    {
        using var folder = Some.Folder();
        var file = folder.File("ports");
        File.WriteAllText(file, "");
        using var ports = new PortPicker(new PortClaims(file));
        var port = Some.FreePorts(1);
        Assert.Equal(port, ports.Pick(port));
    }

    [Fact]
    public void Leaves_the_ports_to_the_processes_that_are_to_listen_there()
    {
        var plan = Plan.Make(_projects, Some.Settings() with { Port = Some.FreePorts(30) }, new PortPicker());
        Assert.Throws<SocketException>(() => ListenAt(plan.Gateway.Http1).Dispose());
        plan.LetGoOfPorts();
        ListenAt(plan.Gateway.Http1).Dispose();
    }

    [Fact]
    public void Gives_a_pair_only_where_both_are_free()
    {
        using var ports = Some.Ports(21_001, 21_002);
        Assert.False(ports.TryTakePair(21_000));
        Assert.Equal(21_004, ports.PickPair());
        Assert.True(ports.TryTakePair(21_006));
        Assert.False(ports.TryTakePair(21_006));
    }

    [Fact]
    public void Knows_whose_a_listening_port_is()
    {
        if (!OperatingSystem.IsLinux()) Assert.Skip("Only Linux tells whose a port is.");
        var port = Some.FreePorts(1);
        Assert.False(ListeningPort.BelongsTo(Environment.ProcessId, port));
        using var listening = ListenAt(port);
        Assert.True(ListeningPort.BelongsTo(Environment.ProcessId, port));
        Assert.False(ListeningPort.BelongsTo(1, port));
    }

    private static IEnumerable<int> PortsOf(Plan plan) => plan.Instances.SelectMany(
        instance => instance.Service == "gateway" ? [instance.Http1] : new[] { instance.Http1, instance.Http2 });

    private static Socket ListenAt(int port)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, port));
        socket.Listen();
        return socket;
    }
}
