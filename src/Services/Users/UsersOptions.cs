using System.ComponentModel.DataAnnotations;

namespace Tessera.Users;

/// <summary>How accounts and tokens behave.</summary>
public sealed class UsersOptions : IValidatableObject
{
    public const string Section = "Users";

    /// <summary>The bound of <see cref="RefreshTokenLifetime"/>; what signs a token is kept for longer.</summary>
    public static readonly TimeSpan TokenLifetimeMax = TimeSpan.FromDays(90);

    [Range(typeof(TimeSpan), "00:01:00", "01:00:00",
        ErrorMessage = "Users:AccessTokenLifetime must lie between 1 min and 1 h.")]
    public TimeSpan AccessTokenLifetime { get; set; } = TimeSpan.FromMinutes(15);

    [Range(typeof(TimeSpan), "00:10:00", "90.00:00:00",
        ErrorMessage = "Users:RefreshTokenLifetime must lie between 10 min and 90 days.")]
    public TimeSpan RefreshTokenLifetime { get; set; } = TimeSpan.FromDays(14);

    /// <summary>So long a sign-in can be refreshed at most, however often it is; then the person signs in anew.
    /// </summary>
    [Range(typeof(TimeSpan), "00:10:00", "365.00:00:00",
        ErrorMessage = "Users:SignInLifetime must lie between 10 min and 365 days.")]
    public TimeSpan SignInLifetime { get; set; } = TimeSpan.FromDays(90);

    /// <summary>So long a person has to enter the code that a device shows.</summary>
    [Range(typeof(TimeSpan), "00:00:05", "00:30:00",
        ErrorMessage = "Users:DeviceCodeLifetime must lie between 5 s and 30 min.")]
    public TimeSpan DeviceCodeLifetime { get; set; } = TimeSpan.FromMinutes(10);

    /// <summary>So long a redeemed refresh token is answered with the one that took its place: two tabs may
    /// ask at once, and an answer may be lost.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "00:01:00",
        ErrorMessage = "Users:RefreshTokenLeeway must lie between 0 s and 1 min.")]
    public TimeSpan RefreshTokenLeeway { get; set; } = TimeSpan.FromSeconds(15);

    /// <summary>So many failed sign-ins in a row, of one account from one network, are free. Each further one makes
    /// the next wait: <see cref="SignInDelay"/>, twice that, and so on up to <see cref="SignInDelayMax"/>.</summary>
    [Range(1, 100, ErrorMessage = "Users:FailedSignInsMax must lie between 1 and 100.")]
    public int FailedSignInsMax { get; set; } = 5;

    [Range(typeof(TimeSpan), "00:00:01", "00:10:00",
        ErrorMessage = "Users:SignInDelay must lie between 1 s and 10 min.")]
    public TimeSpan SignInDelay { get; set; } = TimeSpan.FromSeconds(1);

    [Range(typeof(TimeSpan), "00:00:01", "1.00:00:00",
        ErrorMessage = "Users:SignInDelayMax must lie between 1 s and 1 day.")]
    public TimeSpan SignInDelayMax { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>A failure is forgotten after this time without another.</summary>
    [Range(typeof(TimeSpan), "00:01:00", "30.00:00:00",
        ErrorMessage = "Users:SignInFailuresKeptFor must lie between 1 min and 30 days.")]
    public TimeSpan SignInFailuresKeptFor { get; set; } = TimeSpan.FromDays(1);

    /// <summary>So long a sign-in at the pages lasts at most; the browser forgets it when it is closed.</summary>
    [Range(typeof(TimeSpan), "00:10:00", "90.00:00:00",
        ErrorMessage = "Users:SessionLifetime must lie between 10 min and 90 days.")]
    public TimeSpan SessionLifetime { get; set; } = TimeSpan.FromDays(14);

    /// <summary>So long who ordered without an account is kept, from the day they came; then erased as if they had
    /// asked for it.</summary>
    [Range(typeof(TimeSpan), "1.00:00:00", "3650.00:00:00",
        ErrorMessage = "Users:GuestsKeptFor must lie between 1 and 3,650 days.")]
    public TimeSpan GuestsKeptFor { get; set; } = TimeSpan.FromDays(365);

    /// <summary>How often what is over is removed: tokens, sessions, links, guests.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "1.00:00:00",
        ErrorMessage = "Users:PruneInterval must lie between 1 s and 1 day.")]
    public TimeSpan PruneInterval { get; set; } = TimeSpan.FromHours(1);

    [Range(1, 1_000, ErrorMessage = "Users:AddressesMax must lie between 1 and 1,000.")]
    public int AddressesMax { get; set; } = 20;

    /// <summary>So many orders, and so many payments, are in an export at most; more are said to be missing.</summary>
    [Range(100, 100_000, ErrorMessage = "Users:ExportItemsMax must lie between 100 and 100,000.")]
    public int ExportItemsMax { get; set; } = 10_000;

    /// <summary>Programs that may ask for tokens, besides the store's own and those that operators add.</summary>
    public ClientSettings[] Clients { get; set; } = [];

    /// <summary>Whether an operator gets tokens only after a sign-in by passkey, or by password and a code of an
    /// authenticator app. Who has none is asked to add one.</summary>
    public bool OperatorsNeedSecondFactor { get; set; }

    /// <summary>The account that the first start makes.</summary>
    [Required, EmailAddress(ErrorMessage = "Users:OperatorEmail is no email address.")]
    public string OperatorEmail { get; set; } = "operator@tessera.local";

    /// <summary>The first password of that account; made, and written into the data folder, unless set.</summary>
    [MinLength(12, ErrorMessage = "Users:OperatorPassword must have 12 characters at least.")]
    public string? OperatorPassword { get; set; }

    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        for (var at = 0; at < Clients.Length; at++)
        {
            if (FaultOfClient(at) is not { } fault) continue;
            yield return new($"{Section}:{nameof(Clients)}:{at}:{fault.Member}: {fault.Why}", [nameof(Clients)]);
        }
    }

    private ClientFault? FaultOfClient(int at)
    {
        var client = Clients[at];
        if (OwnClients.Has(client.Id)) return new(nameof(client.Id), $"'{client.Id}' is the store's own.");
        if (Clients.Take(at).Any(other => other.Id == client.Id))
            return new(nameof(client.Id), $"'{client.Id}' is another client, too.");
        if (client.Fault() is { } fault) return fault;
        return client.IsPublic || !string.IsNullOrEmpty(client.Secret)
            ? null
            : new(nameof(client.Secret), $"'{client.Id}' needs one, or IsPublic.");
    }
}
