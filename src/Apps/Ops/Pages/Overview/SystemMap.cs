using Tessera.Ops.Calling;
using Tessera.Ops.Parts;
using Tessera.Ops.Seeing;
using Tessera.ServiceDefaults;
using Tessera.Stories;

namespace Tessera.Ops.Pages.Overview;

/// <summary>What the overview draws: each service with its state and what waits at it.</summary>
public sealed record SystemMap(IReadOnlyList<MapService> Services, string Broker, bool IsBrokerBad)
{
    /// <summary>What waits longer than this is where to look.</summary>
    private const double LateSeconds = 5;

    /// <summary>What comes in; null while that is not known.</summary>
    public ServiceRates? Gateway { get; init; }

    public string? GatewayRate =>
        Gateway is null ? null : $"{Amounts.Rate(Gateway.PerSecond)}, {Amounts.Text(Gateway.Failed)} failed";

    /// <summary>The broker's first: what is wrong with the services follows from it mostly. The gateway's last: it
    /// fails mostly because a service does.</summary>
    public IEnumerable<(string Service, string Trouble)> Troubles =>
    [
        .. IsBrokerBad ? OfBroker : [],
        .. Services.SelectMany(service => service.Troubles.Select(trouble => (service.Name, trouble))),
        .. Gateway is { IsBad: true } gateway ? OfGateway(gateway) : [],
    ];

    private static (string, string)[] OfBroker =>
        [("broker", "it is away, frozen or slow: events are not sent, or nobody reads them")];

    private static (string, string)[] OfGateway(ServiceRates rate) => [("gateway", Failures(rate))];

    public static SystemMap Draw(
        SystemHealth? health, IReadOnlyList<(string Service, Told<MessagingStatus> Told)> messaging, RatesNow rates)
    {
        var told = messaging.ToDictionary(each => each.Service, each => each.Told, StringComparer.Ordinal);
        MapService[] services =
        [
            .. Shop.Services.Select(Of),
            .. (health?.PlacesOf(ReadSystem.Foreign) ?? []).Select(name => health!.IsNotStarted(name)
                ? new MapService(name, Replicas: 0, Ready: 0, null, null, [], [])
                    { State = "not started", IsNotStarted = true }
                : Of(name)),
        ];
        var statuses = messaging.Select(each => each.Told.Value).OfType<MessagingStatus>().ToList();
        var isBad = statuses.Exists(status => status.Subscriptions.Any(one => one.Unavailable is not null))
            || statuses.Exists(status => status.Outbox is { HeldKeys: 0, OldestSeconds: > LateSeconds })
            // One service that reads nothing has a trouble of its own; several have the broker's.
            || statuses.Count(status => status.Subscriptions.Any(HasNoReader)) > 1;
        return new SystemMap(services, statuses.FirstOrDefault()?.Broker ?? "broker", isBad)
        {
            Gateway = rates.Services.GetValueOrDefault("gateway"),
        };

        MapService Of(string name) => ServiceOf(
            name, health?.Services.Where(replica => replica.Service == name).ToArray(), told.GetValueOrDefault(name),
            rates);
    }

    private static MapService ServiceOf(
        string name, ReplicaHealth[]? replicas, Told<MessagingStatus>? told, RatesNow rates)
    {
        var ready = replicas?.Count(replica => replica.Status == "Healthy") ?? 0;
        var troubles = new List<string>();
        if (replicas is null) troubles.Add("the gateway does not tell how it is");
        ReplicaHealth[] unwell = [.. replicas?.Where(replica => replica.Status != "Healthy") ?? []];
        foreach (var replica in unwell)
            troubles.Add($"{replica.Replica} is {replica.Status.ToLowerInvariant()}"
                + (replica.Why is { } why ? $": {why}" : ""));
        var rate = rates.Of(name);
        if (rate is { IsBad: true }) troubles.Add(Failures(rate));
        var waits = new List<string>();
        if (told?.Value is { } status)
        {
            if (status.Outbox.Rows > 0)
                waits.Add($"{Number(status.Outbox.Rows)} unsent, {Ages.Of(status.Outbox.OldestSeconds)}");
            if (status.Outbox.OldestSeconds > LateSeconds)
                troubles.Add($"{Count(status.Outbox.Rows, "event is", "events are")} not sent, the oldest for "
                    + Ages.Of(status.Outbox.OldestSeconds));
            if (status.Outbox.HeldKeys > 0)
            {
                troubles.Add(
                    Count(status.Outbox.HeldKeys, "key is", "keys are")
                    + " held back: the broker refuses their events");
            }
            if (status.Parked.Messages > 0)
                troubles.Add($"{Count(status.Parked.Messages, "message is", "messages are")} parked");
            if (status.TimersOverdueSeconds > LateSeconds)
                troubles.Add($"a timer is overdue for {Ages.Of(status.TimersOverdueSeconds)}");
            foreach (var one in status.Subscriptions)
            {
                if (one.Unread > 0) waits.Add($"{Number(one.Unread.Value)} of {one.Stream} unread");
                if (one.Unavailable is { } away) troubles.Add($"the broker does not tell of {one.Stream}: {away}");
                else if (one.OldestUnreadSeconds > LateSeconds)
                    troubles.Add($"{one.Stream} waits for {Ages.Of(one.OldestUnreadSeconds)} to be read");
                if (HasNoReader(one))
                    troubles.Add($"nobody reads a part of {one.Stream}");
            }
        }
        else if (told?.Fault is { } fault && ready > 0) troubles.Add($"it does not tell what waits: {fault}");
        return new MapService(
            name, replicas?.Length ?? 0, ready, replicas is [{ } first, ..] ? first.Milliseconds : null,
            told?.Value?.Database, waits, troubles)
        {
            State = ready > 0
                ? $"{ready} of {replicas!.Length} ready"
                : replicas?.FirstOrDefault(replica => replica.Status != "Unreachable")?.Status.ToLowerInvariant()
                    ?? "away",
            Rate = rate is null ? null : $"{Amounts.Rate(rate.PerSecond)}, p99 {Amounts.P99(rate.P99Seconds)}",
            Errors = rate is { Failed: > 0 } ? $"{Amounts.Text(rate.Failed)} failed" : null,
            HasErrors = rate is { IsBad: true },
            Unwell = unwell,
            Published = rate is { PublishedPerSecond: > 0 } ? Amounts.Rate(rate.PublishedPerSecond) : null,
            Read = rates.Flows.Where(flow => flow.Reader == name).Sum(flow => flow.PerSecond) is > 0 and var read
                ? Amounts.Rate(read)
                : null,
        };
    }

    private static string Failures(ServiceRates rate) =>
        $"{Amounts.Text(rate.Failed)} of {Amounts.Text(rate.Answered)} requests failed in the last minute";

    private static bool HasNoReader(SubscriptionStatus subscription) =>
        subscription.Partitions.Any(partition => partition.Owner is null);

    private static string Count(long number, string one, string many) =>
        $"{Number(number)} {(number == 1 ? one : many)}";

    private static string Number(long number) => Amounts.Number(number);
}

/// <param name="Ready">How many of its replicas are ready.</param>
/// <param name="Waits">What waits at it, as it should for a moment.</param>
/// <param name="Troubles">What is wrong with it; empty when it is well.</param>
public sealed record MapService(
    string Name, int Replicas, int Ready, double? Milliseconds, string? Database, IReadOnlyList<string> Waits,
    IReadOnlyList<string> Troubles)
{
    public bool IsBad => Troubles.Count > 0;

    /// <summary>In words: how many are ready, or what they are instead.</summary>
    public string State { get; init; } = "away";

    /// <summary>Requests over the last minute and how fast they are answered; null while that is not known.</summary>
    public string? Rate { get; init; }

    /// <summary>Requests that failed in the last minute; null when none did.</summary>
    public string? Errors { get; init; }

    public bool HasErrors { get; init; }

    /// <summary>Those of its replicas that are not well.</summary>
    public IReadOnlyList<ReplicaHealth> Unwell { get; init; } = [];

    /// <summary>What goes from it to the broker, and from there to it.</summary>
    public string? Published { get; init; }

    public string? Read { get; init; }

    /// <summary>Whether it keeps data, and does not tell what waits there.</summary>
    public bool IsSilent => Database is null && ReadSystem.IsKnown(Name);

    /// <summary>The store is whole without it, and it was never there.</summary>
    public bool IsNotStarted { get; init; }
}
