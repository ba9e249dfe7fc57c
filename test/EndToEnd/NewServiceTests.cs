using System.Diagnostics;
using System.Net;
using System.Net.Http.Json;
using Xunit;

namespace Tessera.EndToEnd;

/// <summary><c>tessera new service</c> in a copy of the repository: what it writes compiles,
/// runs and is routed.</summary>
public sealed class NewServiceTests
{
    private static readonly string[] _left = ["artifacts", ".git", ".tessera", "samples", "bench"];

    [Fact]
    public async Task Writes_a_service_that_compiles_runs_and_is_routed()
    {
        var stop = TestContext.Current.CancellationToken;
        var copy = Directory.CreateTempSubdirectory("tessera-new-").FullName;
        Copy(Command.Root, copy);
        var data = Path.Combine(copy, ".tessera");
        try
        {
            var made = await RunAsync(copy, Path.Combine(copy, "tessera"), "new", "service", "Loyalty");
            Assert.True(made.ExitCode == 0, made.All);
            // As the command does, but nothing is compiled ahead: that would take as long as all the rest.
            var built = await RunAsync(
                copy, "dotnet", "build", "src/Apps/Cli/Cli.csproj", "-c", "Release", "-v", "q", "--nologo",
                "-nr:false");
            Assert.True(built.ExitCode == 0, built.All);
            var up = await TesseraAsync(
                copy, "up", "--detach", "--empty", "--port", "30100", "--data", data, "--without", "notifications");
            Assert.True(up.ExitCode == 0, up.All);
            using var shop = await Shop.OpenAsync(await GatewayPortAsync(copy, data), data);
            var buyer = await shop.NewBuyerAsync();
            await shop.SendAsync(HttpMethod.Post, "/api/v1/loyalty", new { text = "hello" }, buyer);
            var entries = await shop.GetAsync<List<Dictionary<string, object>>>("/api/v1/loyalty", buyer);
            Assert.Equal("hello", Assert.Single(entries)["text"].ToString());
            using var stranger = await shop.TryAsync(HttpMethod.Get, "/api/v1/loyalty", null, null);
            Assert.Equal(HttpStatusCode.Unauthorized, stranger.StatusCode);
            using var status = await shop.TryAsync(
                HttpMethod.Get, "/api/v1/services/loyalty/messaging/status", null, shop.Operator);
            Assert.Equal("loyalty",
                (await status.Content.ReadFromJsonAsync<Dictionary<string, object>>(stop))!["service"].ToString());
        }
        finally
        {
            await TesseraAsync(copy, "down", "--data", data);
        }
        Directory.Delete(copy, recursive: true);
    }

    private static async Task<int> GatewayPortAsync(string copy, string data)
    {
        var status = await TesseraAsync(copy, "status", "--json", "--data", data);
        using var json = System.Text.Json.JsonDocument.Parse(status.Output);
        return new Uri(json.RootElement.GetProperty("gateway").GetString()!).Port;
    }

    /// <summary>The command as it was built in the copy.</summary>
    private static Task<CommandResult> TesseraAsync(string copy, params string[] words) =>
        RunAsync(copy, "dotnet", [Path.Combine(copy, "artifacts/bin/Cli/release/Tessera.Cli.dll"), .. words]);

    private static async Task<CommandResult> RunAsync(string copy, string program, params string[] words)
    {
        var start = new ProcessStartInfo(program, words)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = copy,
            Environment =
            {
                ["TESSERA_ROOT"] = copy, ["UseSharedCompilation"] = "true", ["TESSERA_WITHOUT"] = "notifications",
            },
        };
        using var running = new RunningCommand(Process.Start(start)!, TimeSpan.FromMinutes(8));
        return await running.EndAsync(TestContext.Current.CancellationToken);
    }

    private static void Copy(string from, string to)
    {
        foreach (var entry in new DirectoryInfo(from)
            .EnumerateFileSystemInfos().Where(entry => !_left.Contains(entry.Name)))
        {
            var target = Path.Combine(to, entry.Name);
            if (entry is DirectoryInfo folder)
            {
                Directory.CreateDirectory(target);
                Copy(folder.FullName, target);
            }
            else
            {
                File.Copy(entry.FullName, target);
            }
        }
    }
}
