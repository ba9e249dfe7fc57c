using Microsoft.Extensions.Options;

namespace Tessera.Users;

/// <summary>Lets only so many tries of one account and network be under way at once as may fail freely, so that guesses
/// sent together get few more tries than guesses sent one after the other. Others wait; nobody is refused.</summary>
internal sealed class SignInGate : IDisposable
{
    // Keys share the lanes: their number bounds the memory, and who shares one only waits a little.
    private const int Lanes = 256;
    private readonly SemaphoreSlim[] _lanes;

    public SignInGate(IOptions<UsersOptions> options)
    {
        var width = options.Value.FailedSignInsMax;
        _lanes = [.. Enumerable.Range(0, Lanes).Select(_ => new SemaphoreSlim(width, width))];
    }

    public async Task<SemaphoreSlim> EnterAsync(SignInKey key, CancellationToken stop)
    {
        var lane = _lanes[(uint)key.GetHashCode() % Lanes];
        await lane.WaitAsync(stop);
        return lane;
    }

    public void Dispose()
    {
        foreach (var lane in _lanes) lane.Dispose();
    }
}
