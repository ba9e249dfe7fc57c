namespace Tessera.Cli.Up;

/// <summary>Of each service only one command ends and starts processes at a time: a second one would take what the
/// first has half done for what was before, end the process that serves meanwhile, or start one that is held while its
/// database is put back.</summary>
internal sealed class OneReplacement : IDisposable
{
    private readonly List<FileStream> _held = [];

    private OneReplacement()
    {
    }

    /// <exception cref="UserError">Another command has one of them.</exception>
    public static OneReplacement Of(RunFolder folder, IEnumerable<string> services)
    {
        var alone = new OneReplacement();
        try
        {
            foreach (var service in services)
            {
                alone._held.Add(folder.TryLockReplacing(service)
                    ?? throw new UserError(
                        $"Another command replaces, restarts or restores {service} now: wait until it has ended."));
            }
            return alone;
        }
        catch
        {
            alone.Dispose();
            throw;
        }
    }

    public void Dispose()
    {
        foreach (var file in _held) file.Dispose();
    }
}
