namespace Tessera.Messaging.Sqlite;

/// <summary>
/// Lets other processes write. SQLite's lock has no queue: who writes without a break starves those who look every
/// millisecond. So while others write to the file too, a break is due after each 20 ms of one's own writing.
/// </summary>
internal sealed class Courtesy(TimeProvider clock)
{
    public static readonly TimeSpan Break = TimeSpan.FromMilliseconds(2);

    private static readonly TimeSpan s_turn = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan s_company = TimeSpan.FromSeconds(10);

    private long _version = -1;
    private long _foreignAt;
    private long _breakAt;
    private bool _inCompany;

    /// <summary>Asked before a transaction that follows another without a pause.</summary>
    public bool BreakIsDue(SqliteLink link)
    {
        var now = clock.GetTimestamp();
        var version = link.DataVersion();
        if (version != _version)
        {
            _inCompany = _version >= 0;
            _version = version;
            _foreignAt = now;
        }
        if (!_inCompany || clock.GetElapsedTime(_foreignAt, now) > s_company) return false;
        if (clock.GetElapsedTime(_breakAt, now) < s_turn) return false;
        _breakAt = now;
        return true;
    }

    /// <summary>The connection was replaced; its version numbers start anew.</summary>
    public void Forget() => _version = -1;
}
