namespace Tessera.Cli.Up;

/// <summary>The ports that one store has for as long as it runs. Between the choice of a port and the moment when a
/// process listens there seconds pass, at each restart again: no other store of this user chooses it meanwhile. A
/// claim is a locked file, so it ends with the process, however that ends.</summary>
/// <param name="folder">One for all the stores that are to see each other's claims.</param>
internal sealed class PortClaims(string folder) : IDisposable
{
    private readonly Dictionary<int, FileStream> _held = [];

    /// <summary>Each user has a folder, since nobody can lock another user's files.</summary>
    public static PortClaims OfThisUser() =>
        new(Path.Combine(Path.GetTempPath(), $"tessera-ports-{Environment.UserName}"));

    public bool Has(int port) => _held.ContainsKey(port);

    /// <returns>False when another store has the port.</returns>
    public bool TryClaim(int port)
    {
        if (Has(port)) return true;
        try
        {
            Directory.CreateDirectory(folder);
        }
        catch (Exception unwritable) when (unwritable is IOException or UnauthorizedAccessException)
        {
            return true; // Stores start where nothing can be claimed, too: then only who listens has a port.
        }
        try
        {
            // Never deleted: who deletes a lock's file lets two have the lock.
            _held.Add(port, new FileStream(
                Path.Combine(folder, $"{port}"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None));
            return true;
        }
        catch (UnauthorizedAccessException)
        {
            return true;
        }
        catch (IOException)
        {
            return false;
        }
    }

    public void GiveBack(int port)
    {
        if (_held.Remove(port, out var claim)) claim.Dispose();
    }

    public void Dispose()
    {
        foreach (var claim in _held.Values) claim.Dispose();
        _held.Clear();
    }
}
