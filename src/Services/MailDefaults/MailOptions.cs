using System.ComponentModel.DataAnnotations;

namespace Tessera.MailDefaults;

/// <summary>How mail leaves. Without <see cref="Host"/> it is written into <c>outbox/</c> of the data folder, where
/// <c>tessera mail</c> shows it.</summary>
public sealed class MailOptions : IValidatableObject
{
    public const string Section = "Mail";

    /// <summary>The server that takes mail (SMTP).</summary>
    public string? Host { get; set; }

    [Range(1, 65_535, ErrorMessage = "Mail:Port must lie between 1 and 65,535.")]
    public int Port { get; set; } = 587;

    [EnumDataType(typeof(MailSecurity), ErrorMessage = "Mail:Security must be StartTls, Tls or None.")]
    public MailSecurity Security { get; set; } = MailSecurity.StartTls;

    public string? User { get; set; }

    public string? Password { get; set; }

    /// <summary>Whom mails are from, such as <c>Tessera &lt;shop@example.org&gt;</c>.</summary>
    [Required] public string From { get; set; } = "Tessera <shop@tessera.local>";

    /// <summary>How long a mail is tried before it is given up: its link is long dead then.</summary>
    [Range(typeof(TimeSpan), "00:01:00", "7.00:00:00",
        ErrorMessage = "Mail:GiveUpAfter must lie between 1 min and 7 days.")]
    public TimeSpan GiveUpAfter { get; set; } = TimeSpan.FromDays(1);

    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (!MimeKit.MailboxAddress.TryParse(From, out _))
            yield return new($"Mail:From is '{From}': expected an address such as Tessera <shop@example.org>.");
        if (User is null != Password is null)
            yield return new("Mail:User and Mail:Password go together: one of them is missing.");
        if (User is not null && Security == MailSecurity.None)
            yield return new("Mail:Security None would send Mail:Password in the clear: use StartTls or Tls.");
    }
}

public enum MailSecurity
{
    StartTls,
    Tls,
    None,
}
