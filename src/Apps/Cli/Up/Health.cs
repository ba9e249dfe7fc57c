namespace Tessera.Cli.Up;

/// <summary>Asks a service whether it can take requests.</summary>
internal static class Health
{
    private static readonly TimeSpan _answerTimeout = TimeSpan.FromSeconds(2);

    public static HttpClient NewClient() =>
        new(new SocketsHttpHandler { UseProxy = false, ConnectTimeout = _answerTimeout })
        {
            Timeout = _answerTimeout,
        };

    public static async Task<bool> IsReadyAsync(HttpClient http, string address, CancellationToken stop)
    {
        try
        {
            using var answer = await http.GetAsync(new Uri(address + "/health/ready"), stop);
            return answer.IsSuccessStatusCode;
        }
        catch (Exception unready) when (unready is HttpRequestException or OperationCanceledException)
        {
            return false;
        }
    }
}
