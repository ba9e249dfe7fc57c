using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text.Json;
using Fido2NetLib;
using Fido2NetLib.Objects;
using Microsoft.AspNetCore.DataProtection;

namespace Tessera.Users.Passkeys;

/// <summary>The two talks between us and an authenticator (WebAuthn §7): making a key, and using it. What we asked for
/// goes into the page sealed and comes back with the answer, so that nothing is kept for strangers who only look; a
/// challenge that was answered is kept until its time is over, and not taken twice.</summary>
internal sealed class Ceremonies(
    PasskeyOrigin origin, PasskeyStore passkeys, IDataProtectionProvider protection, TimeProvider clock)
{
    private static readonly TimeSpan lifetime = TimeSpan.FromMinutes(10);
    private readonly ITimeLimitedDataProtector _making = Protector(protection, "passkeys.make");
    private readonly ITimeLimitedDataProtector _using = Protector(protection, "passkeys.use");

    /// <summary>False when the store's address is one that browsers make no passkeys for.</summary>
    public bool IsPossible => origin.Fido is not null;

    public async Task<Ceremony> BeginMakingAsync(Account account, CancellationToken stop)
    {
        var known = await passkeys.ListAsync(account.Id, stop);
        var options = Fido().RequestNewCredential(new RequestNewCredentialParams
        {
            User = new Fido2User
            {
                Id = HandleOf(account.Id), Name = account.Email!, DisplayName = account.Name ?? account.Email!,
            },
            ExcludeCredentials =
                [.. known.Select(each => new PublicKeyCredentialDescriptor(Base64Url.DecodeFromChars(each.Id)))],
            AuthenticatorSelection = new AuthenticatorSelection
            {
                // It takes the place of address and password, so it knows the account and who holds it.
                ResidentKey = ResidentKeyRequirement.Required,
                UserVerification = UserVerificationRequirement.Required,
            },
            AttestationPreference = AttestationConveyancePreference.None,
        });
        return New(options.ToJson(), _making);
    }

    /// <summary>Takes the new key in the scope's unit of work. Null when the answer is none to what was asked.
    /// </summary>
    public async Task<Passkey?> TryMakeAsync(
        Guid user, string name, string sealedOptions, string answer, CancellationToken stop)
    {
        if (Open(sealedOptions, _making) is not { } json) return null;
        var options = CredentialCreateOptions.FromJson(json);
        if (!CryptographicOperations.FixedTimeEquals(options.User.Id, HandleOf(user))) return null;
        try
        {
            var made = await Fido().MakeNewCredentialAsync(
                new MakeNewCredentialParams
                {
                    AttestationResponse = Read<AuthenticatorAttestationRawResponse>(answer),
                    OriginalOptions = options,
                    IsCredentialIdUniqueToUserCallback = (_, _) => Task.FromResult(true), // The insert says.
                },
                stop);
            var passkey = new Passkey(
                Base64Url.EncodeToString(made.Id), user, made.PublicKey, made.SignCount, name, clock.GetUtcNow(), null);
            return await passkeys.TryUseChallengeAsync(options.Challenge, lifetime, stop)
                && await passkeys.TryAddAsync(passkey, stop) ? passkey : null;
        }
        catch (Exception refused) when (IsRefusal(refused))
        {
            return null;
        }
    }

    public Ceremony BeginUsing() => New(
        Fido().GetAssertionOptions(new GetAssertionOptionsParams
        {
            UserVerification = UserVerificationRequirement.Required,
        }).ToJson(),
        _using);

    /// <summary>Whose key it is, noted as used in the scope's unit of work. Null when it is nobody's.</summary>
    public async Task<Guid?> TryUseAsync(string sealedOptions, string answer, CancellationToken stop)
    {
        if (Open(sealedOptions, _using) is not { } json) return null;
        var options = AssertionOptions.FromJson(json);
        try
        {
            var response = Read<AuthenticatorAssertionRawResponse>(answer);
            if (await passkeys.FindAsync(Base64Url.EncodeToString(response.RawId), stop) is not { } passkey)
                return null;
            var used = await Fido().MakeAssertionAsync(
                new MakeAssertionParams
                {
                    AssertionResponse = response,
                    OriginalOptions = options,
                    StoredPublicKey = passkey.PublicKey,
                    StoredSignatureCounter = passkey.SignCount,
                    IsUserHandleOwnerOfCredentialIdCallback = (given, _) => Task.FromResult(
                        CryptographicOperations.FixedTimeEquals(given.UserHandle, HandleOf(passkey.User))),
                },
                stop);
            return await passkeys.TryUseChallengeAsync(options.Challenge, lifetime, stop)
                && await passkeys.TryNoteUseAsync(passkey, used.SignCount, stop) ? passkey.User : null;
        }
        catch (Exception refused) when (IsRefusal(refused))
        {
            return null;
        }
    }

    // The library says so for what is signed wrongly, and these for what is no answer at all.
    private static bool IsRefusal(Exception thrown) =>
        thrown is Fido2VerificationException or JsonException or FormatException or ArgumentException
            or CryptographicException or InvalidOperationException or System.Formats.Cbor.CborContentException;

    private static T Read<T>(string answer) =>
        JsonSerializer.Deserialize<T>(answer) ?? throw new JsonException("The answer is null.");

    private static Ceremony New(string options, ITimeLimitedDataProtector protector) =>
        new(options, protector.Protect(options, lifetime));

    private static string? Open(string sealedOptions, ITimeLimitedDataProtector protector)
    {
        try
        {
            return protector.Unprotect(sealedOptions);
        }
        catch (CryptographicException)
        {
            return null; // Not ours, or too old.
        }
    }

    private static byte[] HandleOf(Guid user) => user.ToByteArray(bigEndian: true);

    private static ITimeLimitedDataProtector Protector(IDataProtectionProvider protection, string purpose) =>
        protection.CreateProtector(purpose).ToTimeLimitedDataProtector();

    private Fido2 Fido() => origin.Fido
        ?? throw new InvalidOperationException("Passkeys were asked for at an address that can have none.");
}

/// <param name="Options">What the browser is told, as JSON.</param>
/// <param name="Sealed">The same for us, when it comes back.</param>
public sealed record Ceremony(string Options, string Sealed);
