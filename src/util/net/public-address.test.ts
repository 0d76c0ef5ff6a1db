import { describe, expect, test } from 'vitest'
import { AddressRefused, isPublicAddress, resolvePublic } from './public-address.ts'

describe('isPublicAddress', () => {
  test.each([
    '1.1.1.1',
    '8.8.8.8',
    '9.255.255.255',
    '11.0.0.0',
    '100.63.255.255',
    '100.128.0.0',
    '126.255.255.255',
    '128.0.0.0',
    '169.253.255.255',
    '172.15.255.255',
    '172.32.0.0',
    '192.167.255.255',
    '198.20.0.0',
    '223.255.255.255',
    '::ffff:8.8.8.8',
    '::ffff:808:808',
    '64:ff9b::808:808',
    '2606:4700:4700::1111',
    '2001:4860:4860::8888',
    '2A00:1450:4001:81B::200E',
  ])('%s is public', (address) => expect(isPublicAddress(address)).toBe(true))

  test.each([
    '0.0.0.0',
    '0.1.2.3',
    '10.0.0.1',
    '100.64.0.1',
    '127.0.0.1',
    '127.255.255.254',
    '169.254.169.254',
    '172.16.0.1',
    '172.31.255.255',
    '192.0.0.1',
    '192.0.2.1',
    '192.88.99.1',
    '192.168.1.1',
    '198.18.0.1',
    '198.51.100.1',
    '203.0.113.1',
    '224.0.0.1',
    '239.255.255.250',
    '240.0.0.1',
    '255.255.255.255',
    '::',
    '::1',
    '0:0:0:0:0:0:0:1',
    '::ffff:127.0.0.1',
    '::ffff:7f00:1',
    '0:0:0:0:0:FFFF:A9FE:A9FE',
    '::ffff:0:127.0.0.1',
    '::127.0.0.1',
    '64:ff9b::a00:1',
    '64:ff9b:1::808:808',
    '100::1',
    '2001::1',
    '2001:db8::1',
    '2002:7f00:1::',
    '3fff::1',
    'fc00::1',
    'fd12:3456::1',
    'fe80::1',
    'fe80::1%eth0',
    '2606:4700:4700::1111%eth0',
    'fec0::1',
    'ff02::1',
    'fd00:ec2::254',
    '127.1',
    '0x7f.0.0.1',
    '2130706433',
    '010.0.0.1',
    'localhost',
    '[::1]',
    '',
  ])('%j is not', (address) => expect(isPublicAddress(address)).toBe(false))
})

describe('resolvePublic', () => {
  const answers =
    (...addresses: string[]) =>
    async () =>
      addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 }))

  test('every address of a name is judged, not only the first', async () => {
    expect(await resolvePublic('good.example', answers('1.1.1.1', '2606:4700::1'))).toHaveLength(2)
    await expect(resolvePublic('mixed.example', answers('1.1.1.1', '127.0.0.1'))).rejects.toThrow(AddressRefused)
    await expect(resolvePublic('none.example', answers())).rejects.toThrow('the host has no address')
  })

  test('a literal is never looked up', async () => {
    const lookup = () => Promise.reject(new Error('looked up'))
    expect(await resolvePublic('1.1.1.1', lookup)).toEqual([{ address: '1.1.1.1', family: 4 }])
    expect(await resolvePublic('[2606:4700::1]', lookup)).toEqual([{ address: '2606:4700::1', family: 6 }])
    await expect(resolvePublic('[::1]', lookup)).rejects.toThrow(AddressRefused)
  })

  test('the real resolver: localhost is refused', async () => {
    await expect(resolvePublic('localhost')).rejects.toThrow(AddressRefused)
  })
})
