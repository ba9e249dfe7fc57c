using Tessera.Cli.Shipping;
using Tessera.Cli.Up;
using Xunit;

namespace Tessera.Delivery.Tests.Containers;

/// <summary>What <c>podman-compose</c> makes of the Compose file: the commands that it would run.</summary>
public sealed class ComposeTests
{
    private static readonly string[] servers = ["postgres", "rabbitmq"];

    [Fact]
    public async Task Every_process_of_the_list_is_run_confined_and_only_the_gateway_is_reached_on_loopback()
    {
        var commands = await CommandsAsync("compose.yaml");
        var listed = ListedProcess.All();
        Assert.Equal(listed.Select(process => process.Name).Concat(servers).Order(), commands.Keys.Order());
        foreach (var process in listed)
        {
            var command = commands[process.Name];
            foreach (var word in new[]
            {
                " --read-only ", " --cap-drop ALL ", " --security-opt no-new-privileges:true ", " -u 1654 ",
                " --tmpfs /tmp ", $"/secrets/{process.Name}:/run/secrets/tessera:ro ", "/settings.env ",
                $" tessera/{process.Name}:{process.Version}",
            })
            {
                Assert.Contains(word, command, StringComparison.Ordinal);
            }
        }
        Assert.Equal("-p 127.0.0.1:8080:8080", string.Join(
            ' ', commands.SelectMany(each => PortsOf(each.Value).Select(port => $"-p {port}"))));
        Assert.DoesNotContain(commands.Values, command =>
            command.Contains("Password=", StringComparison.OrdinalIgnoreCase)
            || command.Contains("amqp://", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("kafka", "Messaging__Kafka__BootstrapServers=kafka:9092")]
    [InlineData("redis", "Messaging__Redis__Configuration=redis:6379")]
    public async Task Another_broker_is_one_more_file(string broker, string address)
    {
        var commands = await CommandsAsync("compose.yaml", $"compose.{broker}.yaml");
        Assert.Contains(broker, commands.Keys);
        foreach (var process in ListedProcess.All().Where(process => process.HasServers))
        {
            Assert.Contains($" -e Messaging__Broker={broker} ", commands[process.Name], StringComparison.Ordinal);
            Assert.Contains($" -e {address} ", commands[process.Name], StringComparison.Ordinal);
        }
    }

    /// <summary>By the service's name.</summary>
    private static async Task<Dictionary<string, string>> CommandsAsync(params string[] files)
    {
        Tool.Require("podman", "podman-compose");
        await using var podman = new Podman("127.0.0.1:5000");
        var (code, output, errors) = await Tool.TryAsync(
            "podman-compose", ["--dry-run", .. files.SelectMany(file => new[] { "-f", file }), "up", "-d"],
            podman.Environs, Path.Combine(SourceTree.Root, "deploy", "compose"));
        Assert.True(code == 0, errors);
        const string run = "podman run --name=compose_";
        return (output + errors).Split('\n').Where(line => line.StartsWith(run, StringComparison.Ordinal))
            .ToDictionary(line => line[run.Length..line.IndexOf("_1 ", StringComparison.Ordinal)]);
    }

    private static IEnumerable<string> PortsOf(string command)
    {
        var words = command.Split(' ');
        return words.Where((_, index) => index > 0 && words[index - 1] == "-p");
    }
}
