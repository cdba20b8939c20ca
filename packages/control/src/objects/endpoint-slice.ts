import type { ObjectRef } from '@sluice/engine';
import { type Manifest, refOf } from '../manifest/read-manifests.ts';
import { readIp } from './pod.ts';
import { type Protocol, readProtocol } from './protocol.ts';

export interface EndpointSlice {
  readonly ref: ObjectRef;
  readonly namespace: string;
  readonly name: string;
  /** Label `kubernetes.io/service-name`. */
  readonly serviceName?: string;
  readonly endpoints: readonly {
    readonly ref: ObjectRef;
    readonly ip: number;
    readonly ready: boolean;
    readonly nodeName?: string;
  }[];
  readonly ports: readonly { readonly name: string; readonly port: number; readonly protocol: Protocol }[];
}

export function readEndpointSlice(manifest: Manifest): EndpointSlice {
  const { root } = manifest;
  const type = root.child('addressType');
  if ((type.string() ?? 'IPv4') !== 'IPv4') type.report('K012', 'only addressType IPv4 is read', undefined, 'warning');
  const serviceName = root.child('metadata').child('labels').labels()['kubernetes.io/service-name'];
  if (serviceName === undefined) {
    root
      .child('metadata')
      .report('K003', 'an EndpointSlice needs the label kubernetes.io/service-name', undefined, 'warning');
  }
  return {
    ref: refOf(manifest),
    namespace: manifest.namespace,
    name: manifest.name,
    ...(serviceName ? { serviceName } : {}),
    endpoints: root
      .child('endpoints')
      .items()
      .flatMap((endpoint) => {
        const ready = endpoint.child('conditions').child('ready').boolean() ?? true;
        const nodeName = endpoint.child('nodeName').string();
        return endpoint
          .child('addresses')
          .items()
          .flatMap((address) => {
            const ip = readIp(address);
            return ip === undefined
              ? []
              : [{ ref: refOf(manifest, address), ip, ready, ...(nodeName ? { nodeName } : {}) }];
          });
      }),
    ports: root
      .child('ports')
      .items()
      .flatMap((field) => {
        const port = field.child('port').integer(1, 65535);
        const name = field.child('name').string() ?? '';
        return port === undefined ? [] : [{ name, port, protocol: readProtocol(field.child('protocol')) }];
      }),
  };
}
