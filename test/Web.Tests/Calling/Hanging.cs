using System.Net;

namespace Tessera.Web.Tests.Calling;

/// <summary>A gateway that takes its time when the test wants it to.</summary>
internal sealed class Hanging(Func<HttpRequestMessage, HttpResponseMessage> answer) : HttpMessageHandler
{
    private int _asked;

    /// <summary>Of what is asked from now on nothing is answered before this ends.</summary>
    public TaskCompletionSource? Hang { get; set; }

    public bool IsAway { get; set; }

    public int Asked => _asked;

    protected override async Task<HttpResponseMessage> SendAsync(
        HttpRequestMessage request, CancellationToken cancellationToken)
    {
        Interlocked.Increment(ref _asked);
        if (Hang is not null) await Hang.Task.WaitAsync(cancellationToken);
        return IsAway ? new HttpResponseMessage(HttpStatusCode.ServiceUnavailable) : answer(request);
    }
}
