using System.Globalization;

namespace Tessera.OrderHop;

/// <summary>The loop of a child process: "closed N callers", "open rate seconds", "quit".</summary>
internal static class Serve
{
    public static async Task RunAsync(Load.Place? place)
    {
        Console.WriteLine("ready");
        while (await Console.In.ReadLineAsync() is { } line and not "quit")
        {
            var words = line.Split(' ');
            var (first, second) =
                (int.Parse(words[1], CultureInfo.InvariantCulture), int.Parse(words[2], CultureInfo.InvariantCulture));
            var seconds = words[0] == "closed"
                ? await Load.ClosedAsync(place!, first, second, TimeProvider.System)
                : await Load.OpenAsync(place!, first, second, TimeProvider.System);
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"placed {seconds}"));
        }
    }
}
