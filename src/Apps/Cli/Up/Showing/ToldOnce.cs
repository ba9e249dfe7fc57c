namespace Tessera.Cli.Up;

/// <summary>What a start that is waited for has to tell: who could not have its port, and what keeps a process from
/// being ready. Of one process it tells something new at most every few seconds.</summary>
internal sealed class ToldOnce(TimeProvider clock)
{
    private static readonly TimeSpan _interval = TimeSpan.FromSeconds(10);
    private readonly HashSet<string> _notices = new(StringComparer.Ordinal);
    private readonly Dictionary<string, long> _toldAt = new(StringComparer.Ordinal);

    public void Tell(RunState state, Action<string> say)
    {
        foreach (var notice in state.Notices.Where(_notices.Add)) say("tessera: " + notice);
        foreach (var process in state.Servers.Concat(state.Services).Where(each => each.Why is not null))
        {
            if (process.State == "absent" && _toldAt.ContainsKey(process.Name)) continue; // Nothing new comes of it.
            if (_toldAt.TryGetValue(process.Name, out var last) && clock.GetElapsedTime(last) < _interval) continue;
            _toldAt[process.Name] = clock.GetTimestamp();
            say("tessera: " + PlainProgress.Line(process));
        }
    }
}
