using Tessera.Stories;

namespace Tessera.Cli.Shop;

/// <summary>Asks the services for an order's story. One that is away is said to be, and not waited for.</summary>
internal sealed class AskThroughGateway(Store store) : IAskServices
{
    public async Task<Told<T>> GetAsync<T>(string path, CancellationToken stop)
        where T : class
    {
        try
        {
            var answer = await store.Client.GetAsync("/api/v1" + path, await store.Scripts.TokenAsync(stop), stop);
            return answer.IsSuccess ? new Told<T>(answer.Read<T>())
                : answer.Status == 404 ? new Told<T>(null)
                : new Told<T>(null, answer.Problem());
        }
        catch (UserError away) when (away.ExitCode == ExitCodes.NotRunning)
        {
            return new Told<T>(null, away.Message);
        }
    }
}
