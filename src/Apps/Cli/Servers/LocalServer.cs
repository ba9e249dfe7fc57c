using System.Net.Sockets;

namespace Tessera.Cli.Servers;

/// <summary>A broker or database of the store's own: on loopback, its data in the store's folder,
/// stopped with the store.</summary>
internal abstract class LocalServer(string folder)
{
    /// <summary>As in <c>--broker</c> and <c>--database</c>.</summary>
    public abstract string Name { get; }

    /// <summary>What the services connect to.</summary>
    public abstract string Address { get; }

    /// <summary>What people are shown as its address.</summary>
    public virtual string Shown => $"127.0.0.1:{Port}";

    public abstract IReadOnlyList<string> Command { get; }

    public virtual IReadOnlyDictionary<string, string> Environs { get; } = new Dictionary<string, string>();

    /// <summary>Where it keeps everything; made before <see cref="PrepareAsync"/>.</summary>
    public string Folder { get; } = folder;

    /// <summary>Where it runs: a folder that its user may enter.</summary>
    public virtual string WorkingFolder => Folder;

    public int Port { get; set; }

    /// <summary>Null when it can be started here; else what is missing and how to get it.</summary>
    public abstract string? Missing { get; }

    /// <summary>What has to be there before a start; nothing the second time.</summary>
    public virtual Task PrepareAsync(CancellationToken stop) => Task.CompletedTask;

    /// <summary>Whether it can be worked with, once it is known that it listens.</summary>
    public virtual async Task<bool> AnswersAsync(CancellationToken stop)
    {
        // Where the system tells who listens, a connection that says nothing would only be a complaint in its log.
        if (OperatingSystem.IsLinux()) return true;
        try
        {
            using var socket = new TcpClient();
            await socket.ConnectAsync("127.0.0.1", Port, stop);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
