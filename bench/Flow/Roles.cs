using System.Globalization;
using Microsoft.Extensions.Configuration;

namespace Tessera.Flow;

/// <summary>The child processes. Each does its work by itself, or when told, and answers with
/// the span that it took.</summary>
internal static class Roles
{
    public const string Publisher = "publisher", Consumer = "consumer",
        RawPublisher = "raw-publisher", RawConsumer = "raw-consumer";

    /// <summary>False when the arguments name no role.</summary>
    public static async Task<bool> TryRunAsync(string[] args)
    {
        var settings = new ConfigurationBuilder().AddEnvironmentVariables().Build();
        switch (args)
        {
            case [Publisher]:
                using (var progress = Progress.OfSends())
                using (var host = Library.Publisher(settings))
                {
                    await host.StartAsync();
                    await ServeAsync(progress, line => line[0] == "publish"
                        ? OpenLoop.PublishAsync(
                            host.Services, Number(line[1]), Number(line[2]), Number(line[3]), Number(line[4]))
                        : throw Unknown(line));
                    await host.StopAsync();
                }
                return true;
            case [Consumer]:
                using (var progress = Progress.OfHandled())
                using (var host = Library.Consumer(settings))
                {
                    await host.StartAsync();
                    await ServeAsync(progress, line => throw Unknown(line));
                    await host.StopAsync();
                }
                return true;
            case [RawPublisher]:
                using (var progress = new Progress())
                await using (var raw = await RawClient.ConnectAsync(Library.BrokerOf(settings)))
                {
                    await ServeAsync(progress, async line =>
                    {
                        if (line[0] != "produce") throw Unknown(line);
                        var messages = RawMessage.Range(Number(line[1]), Number(line[2]), Number(line[3]));
                        var began = TimeProvider.System.GetTimestamp();
                        await raw.ProduceAsync(messages);
                        progress.Add(messages.Length, TimeProvider.System.GetElapsedTime(began));
                    });
                }
                return true;
            case [RawConsumer]:
                using (var progress = new Progress())
                await using (var raw = await RawClient.ConnectAsync(Library.BrokerOf(settings)))
                using (var stop = new CancellationTokenSource())
                {
                    var consuming = raw.ConsumeAsync(count => progress.Add(count, TimeSpan.Zero), stop.Token);
                    await ServeAsync(progress, line => throw Unknown(line));
                    await stop.CancelAsync();
                    await consuming;
                }
                return true;
            default:
                return false;
        }
    }

    private static async Task ServeAsync(Progress progress, Func<string[], Task> other)
    {
        Console.WriteLine("ready");
        while (await Console.In.ReadLineAsync() is { } text and not "quit")
        {
            var line = text.Split(' ');
            switch (line[0])
            {
                case "clear":
                    progress.Clear();
                    Console.WriteLine("done");
                    break;
                case "begun":
                    Console.WriteLine(await progress.BegunAsync());
                    break;
                case "quiet":
                    Console.WriteLine(await progress.QuietAsync(Number(line[1])));
                    break;
                default:
                    await other(line);
                    Console.WriteLine("done");
                    break;
            }
        }
    }

    private static int Number(string word) => int.Parse(word, CultureInfo.InvariantCulture);

    private static InvalidOperationException Unknown(string[] line) =>
        new($"No such command: {string.Join(' ', line)}");
}
