using System.Globalization;
using System.Text;

namespace Tessera.Cli.Testing;

/// <summary>Adds up the processor time of all that was started with a mark in its environment, while it runs: of the
/// processes that have left their parents, too.</summary>
internal sealed class ProcessorTime : IAsyncDisposable
{
    /// <summary>The variable whose value tells for whom a process was started.</summary>
    public const string Mark = "TESSERA_TEST_PART";

    private static readonly TimeSpan _interval = TimeSpan.FromSeconds(1);

    /// <summary>What Linux counts processor time in (USER_HZ), the same wherever .NET runs.</summary>
    private const int TicksPerSecond = 100;

    private readonly byte[] _mark;
    private readonly ProcessTally _tally = new();
    private readonly Dictionary<(int Id, long Began), bool> _isMarked = [];
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _looking;
    private long _ticks;

    public ProcessorTime(string marked)
    {
        _mark = Encoding.UTF8.GetBytes($"{Mark}={marked}\0");
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
                _tally.See(ReadAll());
                // What ended between two looks without a parent that counts it is missing: so the most that was seen.
                _ticks = Math.Max(_ticks, _tally.Ticks);
            }
            while (await timer.WaitForNextTickAsync(_stop.Token));
        }
        catch (OperationCanceledException)
        {
            // Disposed: what was seen last stands.
        }
    }

    private List<SeenProcess> ReadAll()
    {
        var all = new List<SeenProcess>();
        foreach (var folder in Directory.EnumerateDirectories("/proc"))
        {
            if (!int.TryParse(Path.GetFileName(folder), CultureInfo.InvariantCulture, out var id)) continue;
            try
            {
                var text = File.ReadAllText(Path.Combine(folder, "stat"));
                // After the name, which may contain anything: state, parent, …
                // own and reaped children's times, … start.
                var fields = text[(text.LastIndexOf(')') + 2)..].Split(' ');
                var began = Number(fields[19]);
                all.Add(new SeenProcess(
                    id, (int)Number(fields[1]), began, fields[11..15].Sum(Number), IsMarked(id, began, folder)));
            }
            catch (IOException)
            {
                // It has just ended.
            }
        }
        return all;
    }

    /// <summary>The environment of a process is that of its start, and read once.</summary>
    private bool IsMarked(int id, long began, string folder)
    {
        if (_isMarked.TryGetValue((id, began), out var known)) return known;
        try
        {
            return _isMarked[(id, began)] =
                File.ReadAllBytes(Path.Combine(folder, "environ")).AsSpan().IndexOf(_mark) >= 0;
        }
        catch (UnauthorizedAccessException)
        {
            return _isMarked[(id, began)] = false;
        }
    }

    private static long Number(string text) => long.Parse(text, CultureInfo.InvariantCulture);
}
