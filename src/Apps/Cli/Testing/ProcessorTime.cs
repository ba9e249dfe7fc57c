using System.Globalization;

namespace Tessera.Cli.Testing;

/// <summary>Adds up the processor time of a process and of all it has started, while they run.</summary>
internal sealed class ProcessorTime : IAsyncDisposable
{
    private static readonly TimeSpan _interval = TimeSpan.FromSeconds(1);

    /// <summary>What Linux counts processor time in (USER_HZ), the same wherever .NET runs.</summary>
    private const int TicksPerSecond = 100;

    private readonly int _root;
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _looking;
    private long _ticks;

    public ProcessorTime(int root)
    {
        _root = root;
        _looking = LookAsync();
    }

    /// <summary>So far; zero where there is no <c>/proc</c>.</summary>
    public TimeSpan Used => TimeSpan.FromSeconds((double)Interlocked.Read(ref _ticks) / TicksPerSecond);

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _looking;
        _stop.Dispose();
    }

    private async Task LookAsync()
    {
        if (!OperatingSystem.IsLinux()) return;
        using var timer = new PeriodicTimer(_interval);
        try
        {
            do
            {
                // What has ended is counted by its parent, unless that has ended before it: so the most that was seen.
                _ticks = Math.Max(_ticks, Sum(_root, ReadAll()));
            }
            while (await timer.WaitForNextTickAsync(_stop.Token));
        }
        catch (OperationCanceledException)
        {
            // Disposed: what was seen last stands.
        }
    }

    internal static long Sum(int root, IReadOnlyList<(int Id, int Parent, long Ticks)> processes)
    {
        var children = processes.ToLookup(process => process.Parent);
        var sum = processes.Where(process => process.Id == root).Sum(process => process.Ticks);
        var waiting = new Stack<int>([root]);
        while (waiting.TryPop(out var parent))
        {
            foreach (var (id, _, ticks) in children[parent])
            {
                sum += ticks;
                waiting.Push(id);
            }
        }
        return sum;
    }

    private static List<(int Id, int Parent, long Ticks)> ReadAll()
    {
        var all = new List<(int, int, long)>();
        foreach (var folder in Directory.EnumerateDirectories("/proc"))
        {
            if (!int.TryParse(Path.GetFileName(folder), CultureInfo.InvariantCulture, out var id)) continue;
            try
            {
                var text = File.ReadAllText(Path.Combine(folder, "stat"));
                // After the name, which may contain anything: state, parent, … then own and reaped children's times.
                var fields = text[(text.LastIndexOf(')') + 2)..].Split(' ');
                all.Add((id, int.Parse(fields[1], CultureInfo.InvariantCulture), fields[11..15].Sum(Ticks)));
            }
            catch (IOException)
            {
                // It has just ended.
            }
        }
        return all;
    }

    private static long Ticks(string text) => long.Parse(text, CultureInfo.InvariantCulture);
}
