using System.Security.Cryptography;
using Microsoft.IdentityModel.Tokens;
using Tessera.Users.Contracts;

namespace Tessera.Users;

/// <summary>A key that signs tokens: P-256 for ES256. Stores of an earlier version have an RSA key, whose tokens stay
/// valid.</summary>
internal sealed record SigningKey(string File, DateTimeOffset SignsFrom, AsymmetricSecurityKey Key, string Algorithm)
{
    public SigningCredentials Credentials { get; } = new(Key, Algorithm);

    public static SigningKey Read(string file)
    {
        var pem = System.IO.File.ReadAllText(file);
        try
        {
            // RFC 7638: the same key has the same name everywhere.
            if (TryReadP256(pem) is { } curve)
            {
                var key = new ECDsaSecurityKey(curve);
                key.KeyId = Base64UrlEncoder.Encode(key.ComputeJwkThumbprint());
                return new SigningKey(file, SigningKeyFile.SignsFrom(file), key, SecurityAlgorithms.EcdsaSha256);
            }
            var rsa = RSA.Create();
            rsa.ImportFromPem(pem);
            var old = new RsaSecurityKey(rsa);
            old.KeyId = Base64UrlEncoder.Encode(old.ComputeJwkThumbprint());
            return new SigningKey(file, SigningKeyFile.SignsFrom(file), old, SecurityAlgorithms.RsaSha256);
        }
        catch (Exception broken) when (broken is ArgumentException or CryptographicException)
        {
            throw new InvalidOperationException(
                $"{file} is no private key of P-256 (or RSA) in PEM form; move it away to have a new one made.",
                broken);
        }
    }

    /// <summary>What all may know of it: a member of the published set (RFC 7517).</summary>
    public object Publish()
    {
        if (Key is ECDsaSecurityKey curve)
        {
            var point = curve.ECDsa.ExportParameters(includePrivateParameters: false).Q;
            return new
            {
                kty = "EC",
                use = "sig",
                alg = Algorithm,
                kid = Key.KeyId,
                crv = "P-256",
                x = Base64UrlEncoder.Encode(point.X),
                y = Base64UrlEncoder.Encode(point.Y),
            };
        }
        var parameters = ((RsaSecurityKey)Key).Rsa.ExportParameters(includePrivateParameters: false);
        return new
        {
            kty = "RSA",
            use = "sig",
            alg = Algorithm,
            kid = Key.KeyId,
            n = Base64UrlEncoder.Encode(parameters.Modulus),
            e = Base64UrlEncoder.Encode(parameters.Exponent),
        };
    }

    private static ECDsa? TryReadP256(string pem)
    {
        const string p256 = "1.2.840.10045.3.1.7";
        var curve = ECDsa.Create();
        try
        {
            curve.ImportFromPem(pem);
        }
        catch (CryptographicException)
        {
            curve.Dispose();
            return null; // A key of another kind.
        }
        if (curve.ExportParameters(includePrivateParameters: false).Curve.Oid.Value is p256) return curve;
        curve.Dispose();
        throw new CryptographicException("The key lies on another curve than P-256.");
    }
}
