namespace Tessera.Cli.Up;

/// <summary>How long to wait before a service that ended is started again: at once the first
/// time, then doubling.</summary>
internal sealed class RestartBackoff
{
    private static readonly TimeSpan _first = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan _longest = TimeSpan.FromSeconds(10);

    /// <summary>A run of this length was no failed start: the count begins anew.</summary>
    private static readonly TimeSpan _goodRun = TimeSpan.FromSeconds(20);

    private int _failures;

    public TimeSpan After(TimeSpan run)
    {
        if (run >= _goodRun) _failures = 0;
        var wait = _first * Math.Pow(2, Math.Min(_failures, 10));
        _failures++;
        return wait < _longest ? wait : _longest;
    }
}
