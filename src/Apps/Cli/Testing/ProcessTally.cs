namespace Tessera.Cli.Testing;

/// <param name="Began">When, so that an id that is given again is another process.</param>
/// <param name="Ticks">Its own processor time and that of the children whose end it has seen.</param>
/// <param name="IsMarked">It was started with the mark in its environment.</param>
internal sealed record SeenProcess(int Id, int Parent, long Began, long Ticks, bool IsMarked);

/// <summary>
/// Adds up the processor time of marked processes and of all below them, from one look at the system to the next.
/// What has ended is counted by its parent; what had no parent among them (the processes of a store go on without the
/// command that started them) is counted here, with what was seen of it last.
/// </summary>
internal sealed class ProcessTally
{
    private Dictionary<int, SeenProcess> _last = [];
    private long _ended;

    public long Ticks => _ended + _last.Values.Sum(process => process.Ticks);

    public void See(IReadOnlyList<SeenProcess> processes)
    {
        var now = Counted(processes);
        foreach (var gone in _last.Values.Where(process => !IsAlive(process, now)))
            if (!HasLivingAncestor(gone, now)) _ended += gone.Ticks;
        _last = now;
    }

    private static Dictionary<int, SeenProcess> Counted(IReadOnlyList<SeenProcess> processes)
    {
        var children = processes.ToLookup(process => process.Parent);
        var counted = new Dictionary<int, SeenProcess>();
        var waiting = new Stack<SeenProcess>(processes.Where(process => process.IsMarked));
        while (waiting.TryPop(out var process))
        {
            if (!counted.TryAdd(process.Id, process)) continue;
            foreach (var child in children[process.Id]) waiting.Push(child);
        }
        return counted;
    }

    private bool HasLivingAncestor(SeenProcess process, Dictionary<int, SeenProcess> now)
    {
        while (_last.TryGetValue(process.Parent, out var parent))
        {
            if (IsAlive(parent, now)) return true;
            process = parent;
        }
        return false;
    }

    private static bool IsAlive(SeenProcess process, Dictionary<int, SeenProcess> now) =>
        now.TryGetValue(process.Id, out var same) && same.Began == process.Began;
}
