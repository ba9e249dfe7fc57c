using System.Diagnostics;
using Tessera.Testing.Services;

namespace Tessera.Bench.Gateway;

/// <summary>The real gateway as its own process before one service.</summary>
internal sealed class GatewayUnderTest : IAsyncDisposable
{
    private readonly Process _process;
    private readonly string _folder;

    private GatewayUnderTest(Process process, string folder, Uri address)
    {
        (_process, _folder) = (process, folder);
        Client = new HttpClient(new SocketsHttpHandler { MaxConnectionsPerServer = 20_000 })
        {
            BaseAddress = address,
            Timeout = Timeout.InfiniteTimeSpan,
        };
    }

    public HttpClient Client { get; }

    public int ProcessId => _process.Id;

    /// <summary>Processor time that it has used until now.</summary>
    public double CpuMilliseconds => Cpu.OfTree(_process.Id);

    /// <summary>Proportional share of memory.</summary>
    public double Megabytes => Listeners.SharedMegabytes(_process.Id);

    /// <param name="tokens">Whose tokens it takes.</param>
    /// <param name="routes">Entries of the file of routes.</param>
    public static async Task<GatewayUnderTest> StartAsync(
        string dll, string service, TestTokens? tokens, IEnumerable<string> routes,
        params (string Name, string Value)[] settings)
    {
        var folder = Directory.CreateTempSubdirectory("tessera-bench-gateway").FullName;
        var file = Path.Combine(folder, "routes.json");
        await File.WriteAllTextAsync(file, $$"""{ "routes": [ {{string.Join(",\n", routes)}} ] }""");
        tokens?.WriteKeys(folder);
        var start = new ProcessStartInfo("dotnet") { ArgumentList = { dll }, RedirectStandardOutput = true };
        (string, string)[] all =
        [
            ("Tessera__DataDirectory", folder), ("Listen__Http1", "127.0.0.1:0"), ("Listen__Http2", "none"),
            ("Services__Orders", service), ("Gateway__RoutesFile", file),
            ("Gateway__AccessLogFile", Path.Combine(folder, "access.log")),
            ("Gateway__AnonymousPerSecond", "1000000"), ("Gateway__Limits__PerClientMax", "100000"), .. settings,
        ];
        foreach (var (name, value) in all) start.Environment[name] = value;
        var process = Process.Start(start)!;
        while (await process.StandardOutput.ReadLineAsync() is { } line)
        {
            if (!line.Contains("is ready at ", StringComparison.Ordinal)) continue;
            var address = line.Split("is ready at ")[1].Split(' ')[0];
            _ = process.StandardOutput.ReadToEndAsync();
            return new GatewayUnderTest(process, folder, new Uri(address));
        }
        throw new InvalidOperationException("The gateway did not start.");
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        _process.Kill();
        await _process.WaitForExitAsync();
        _process.Dispose();
        Directory.Delete(_folder, recursive: true);
    }
}
