using System.Globalization;

namespace Tessera.Gateway;

/// <summary>Whose requests are counted, and against what: a bucket of two seconds' worth that is filled again by so
/// many a second.</summary>
/// <param name="Name">As the headers name it: <c>anonymous</c>, <c>customer</c>, <c>route</c> …</param>
internal readonly record struct ClientQuota(string Name, string Client, int PerSecond)
{
    public const int Seconds = 2;

    public int Full => PerSecond * Seconds;
}

/// <summary>What is left of a quota after a request was counted, or was not.</summary>
internal readonly record struct QuotaState(bool IsGranted, long Left, TimeSpan RetryAfter)
{
    /// <summary>The value of <c>RateLimit</c> (draft-ietf-httpapi-ratelimit-headers-11).</summary>
    public string ToHeader(in ClientQuota quota)
    {
        var untilFull = (quota.Full - Left + quota.PerSecond - 1) / quota.PerSecond;
        return string.Create(CultureInfo.InvariantCulture, $"\"{quota.Name}\";r={Left};t={untilFull}");
    }
}

/// <summary>Counts requests.</summary>
internal interface IQuotas
{
    ValueTask<QuotaState> TakeAsync(ClientQuota quota);
}
