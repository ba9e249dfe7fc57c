namespace Tessera.Users.Exporting;

/// <summary>So many exports are made at once, by this process: each keeps up to all orders of a person in memory.
/// </summary>
internal sealed class ExportTurns : IDisposable
{
    private const int AtOnceMax = 2;
    private readonly SemaphoreSlim _turns = new(AtOnceMax, AtOnceMax);

    /// <returns>Null when all are taken. Disposing gives it back.</returns>
    public IDisposable? TryTake() => _turns.Wait(0) ? new Turn(_turns) : null;

    public void Dispose() => _turns.Dispose();

    private sealed class Turn(SemaphoreSlim turns) : IDisposable
    {
        public void Dispose() => turns.Release();
    }
}
