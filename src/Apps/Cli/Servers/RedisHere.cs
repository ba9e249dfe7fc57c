using System.Globalization;
using System.Net.Sockets;
using System.Text;

namespace Tessera.Cli.Servers;

/// <summary>Redis that syncs each write to disk before it answers: what the outbox needs.</summary>
internal sealed class RedisHere(string folder) : LocalServer(folder)
{
    public override string Name => "redis";

    public override string Address => string.Create(
        CultureInfo.InvariantCulture, $"127.0.0.1:{Port},password={Passwords.Read(PasswordFile)}");

    public override string? Missing =>
        Processes.Find("redis-server") is null
            ? "redis-server is not here: apt-get install redis-server, or name one with --broker-address."
            : null;

    /// <summary>All of it stands in the file: everybody may read a process's command line.</summary>
    public override IReadOnlyList<string> Command => [Processes.Find("redis-server")!, Settings];

    private string Settings => Path.Combine(Folder, "redis.conf");

    private string PasswordFile => Path.Combine(Folder, "password");

    public override async Task PrepareAsync(CancellationToken stop)
    {
        var password = await Passwords.ReadOrMakeAsync(PasswordFile, stop);
        await Passwords.WriteAsync(Settings, $"""
            bind 127.0.0.1
            port {Port}
            requirepass {password}
            dir "{Quoted(Folder)}"
            appendonly yes
            appendfsync always
            save ""
            maxmemory-policy noeviction
            daemonize no

            """, stop);
    }

    private static string Quoted(string text) => text
        .Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal);

    /// <summary>Whether it takes the password and has read its data.</summary>
    public override async Task<bool> AnswersAsync(CancellationToken stop)
    {
        try
        {
            using var socket = new TcpClient();
            await socket.ConnectAsync("127.0.0.1", Port, stop);
            var stream = socket.GetStream();
            await stream.WriteAsync(
                Encoding.ASCII.GetBytes($"AUTH {Passwords.Read(PasswordFile)}\r\nPING\r\n"), stop);
            using var reader = new StreamReader(stream, Encoding.ASCII);
            return await reader.ReadLineAsync(stop) == "+OK" && await reader.ReadLineAsync(stop) == "+PONG";
        }
        catch (Exception away) when (away is SocketException or IOException)
        {
            return false;
        }
    }
}
